#include "compiler/diagnostics/marked_line.h"

#include <algorithm>

#include "compiler/diagnostics/display_line.h"

namespace rnnc::diagnostics {

namespace {

constexpr size_t kContextBefore = 20;  // columns kept around the marks of a line that is cut
constexpr size_t kContextAfter = 80;
constexpr std::string_view kCut = "…";

// A mark in columns of what is shown.
struct PlacedMark {
  size_t begin;
  size_t end;
  const Mark* mark;
  Style style;
};

// Text in columns, each with its style; grows to the right on demand.
class Row {
 public:
  explicit Row(const Paint& paint) : paint_(paint) {}

  void put(size_t column, char sign, Style style) {
    if (column >= signs_.size()) {
      signs_.resize(column + 1, ' ');
      styles_.resize(column + 1, Style::plain);
    }
    signs_[column] = sign;
    styles_[column] = style;
  }

  std::string str() const {
    std::string result;
    for (size_t i = 0; i < signs_.size();) {
      size_t end = i;
      while (end < signs_.size() && styles_[end] == styles_[i]) ++end;
      result += paint_(styles_[i], std::string_view(signs_).substr(i, end - i));
      i = end;
    }
    return result;
  }

  // The row with a text that begins at `column`, which must not lie before the last sign.
  std::string with_text(size_t column, std::string_view text, Style style) const {
    return str() + std::string(column - signs_.size(), ' ') + paint_(style, text);
  }

 private:
  const Paint& paint_;
  std::string signs_;
  std::vector<Style> styles_;
};

// The part of a line that is shown, in columns.
struct Window {
  size_t first;
  size_t last;
};

Window window(const DisplayLine& line, const std::vector<PlacedMark>& marks) {
  if (line.width() <= kMaxWidth || marks.empty()) return {0, std::min(line.width(), kMaxWidth)};
  auto [leftmost, rightmost] = std::minmax_element(
      marks.begin(), marks.end(), [](const PlacedMark& a, const PlacedMark& b) { return a.begin < b.begin; });
  size_t first = leftmost->begin > kContextBefore ? leftmost->begin - kContextBefore : 0;
  return {first, std::min(line.width(), rightmost->begin + kContextAfter)};
}

std::string shown_text(const DisplayLine& line, Window window) {
  std::string result = line.slice(window.first, window.last);
  if (window.first > 0) result = std::string(kCut) + result;
  if (window.last < line.width()) result += kCut;
  while (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

std::vector<PlacedMark> place(const DisplayLine& line, const std::vector<Mark>& marks, Style primary) {
  std::vector<PlacedMark> placed;
  for (const Mark& mark : marks) {
    size_t begin = line.column(mark.begin);
    size_t end = std::max(line.column(mark.end), begin + 1);
    placed.push_back({begin, end, &mark, mark.primary ? primary : Style::related});
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const PlacedMark& a, const PlacedMark& b) { return a.begin < b.begin; });
  return placed;
}

// Moves the marks into the window; its cut sign takes a column of its own.
void shift(std::vector<PlacedMark>& marks, Window window) {
  size_t cut = window.first > 0 ? 1 : 0;
  for (PlacedMark& mark : marks) {
    mark.end = std::max(std::min(mark.end, window.last), mark.begin + 1) - window.first + cut;
    mark.begin = mark.begin - window.first + cut;
  }
}

// Where marks overlap, the shorter one is seen, so that a part of a marked whole stands out; of equals the
// primary one.
Row sign_row(std::vector<PlacedMark> marks, const Paint& paint) {
  std::stable_sort(marks.begin(), marks.end(), [](const PlacedMark& a, const PlacedMark& b) {
    size_t a_length = a.end - a.begin;
    size_t b_length = b.end - b.begin;
    return a_length != b_length ? a_length > b_length : !a.mark->primary && b.mark->primary;
  });
  Row row(paint);
  for (const PlacedMark& mark : marks) {
    for (size_t column = mark.begin; column < mark.end; ++column) {
      row.put(column, mark.mark->primary ? '^' : '-', mark.style);
    }
  }
  return row;
}

Row bar_row(const std::vector<PlacedMark>& marks, size_t before, const Paint& paint) {
  Row row(paint);
  for (const PlacedMark& mark : marks) {
    if (mark.begin < before) row.put(mark.begin, '|', mark.style);
  }
  return row;
}

}  // namespace

std::vector<std::string> render_marked_line(std::string_view text, const std::vector<Mark>& marks,
                                            const Paint& paint, Style primary) {
  DisplayLine line(text);
  std::vector<PlacedMark> placed = place(line, marks, primary);
  Window shown = window(line, placed);
  shift(placed, shown);

  std::vector<std::string> rows = {shown_text(line, shown)};
  if (placed.empty()) return rows;
  Row signs = sign_row(placed, paint);
  size_t signs_end = 0;
  for (const PlacedMark& mark : placed) signs_end = std::max(signs_end, mark.end);

  std::erase_if(placed, [](const PlacedMark& mark) { return mark.mark->text.empty(); });
  // Only the text of the last mark may stand behind the signs, and only if no other sign parts the two.
  if (!placed.empty() && placed.back().end == signs_end) {
    rows.push_back(signs.with_text(signs_end + 1, placed.back().mark->text, placed.back().style));
    placed.pop_back();
  } else {
    rows.push_back(signs.str());
  }
  if (placed.empty()) return rows;

  rows.push_back(bar_row(placed, SIZE_MAX, paint).str());
  while (!placed.empty()) {
    PlacedMark last = placed.back();
    placed.pop_back();
    rows.push_back(bar_row(placed, last.begin, paint).with_text(last.begin, last.mark->text, last.style));
  }
  return rows;
}

}  // namespace rnnc::diagnostics
