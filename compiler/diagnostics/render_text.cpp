#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/diagnostics/display_line.h"
#include "compiler/diagnostics/marked_line.h"
#include "compiler/diagnostics/paint.h"
#include "compiler/diagnostics/render.h"

namespace rnnc::diagnostics {

namespace {

using support::SourceFile;
using support::SourceMap;
using support::Span;

// A label over more lines than this shows its first and its last.
constexpr uint32_t kMaxSpanLines = 4;

// What is shown of one file.
struct Excerpt {
  Span place;                                   // of the label that is named first
  std::map<uint32_t, std::vector<Mark>> lines;  // by number
  std::vector<uint32_t> gaps;                   // lines after which a label goes on unseen
};

// The span without blanks at its end, so that a label does not reach into a line that it has nothing in.
Span trimmed(Span span, const SourceFile& file) {
  auto size = static_cast<uint32_t>(file.text().size());
  span.end = std::min(span.end, size);
  span.begin = std::min(span.begin, span.end);
  auto is_blank = [&](uint32_t byte) {
    return std::string_view(" \t\r\n").find(file.text()[byte]) != std::string_view::npos;
  };
  while (span.end > span.begin + 1 && is_blank(span.end - 1)) --span.end;
  return span;
}

void add_label(Excerpt& excerpt, const SourceFile& file, const Label& label, bool primary) {
  Span span = trimmed(label.span, file);
  uint32_t first = file.position(span.begin).line;
  uint32_t last = std::max(first, span.end > span.begin ? file.position(span.end - 1).line : first);
  bool all = last - first < kMaxSpanLines;
  for (uint32_t number = first; number <= last; number = all || number == last ? number + 1 : last) {
    std::string_view line = file.line(number);
    size_t start = file.line_start(number);
    size_t indentation = std::min(line.find_first_not_of(" \t"), line.size());
    size_t begin = number == first ? span.begin - start : indentation;
    size_t end = number == last ? span.end - start : line.size();
    if (number != first && number != last && indentation == line.size()) {
      excerpt.lines[number];  // an empty line in the middle has nothing to underline
      continue;
    }
    std::string text = number == last ? visible(label.text) : std::string();
    std::replace(text.begin(), text.end(), '\n', ' ');
    excerpt.lines[number].push_back({begin, end, primary, std::move(text)});
  }
  if (!all) excerpt.gaps.push_back(first);
}

// The labels by file, the file of the primary one first. Labels without a place become notes.
std::vector<Excerpt> excerpts(const Diagnostic& diagnostic, const SourceMap& sources) {
  std::vector<Excerpt> result;
  auto add = [&](const Label& label, bool primary) {
    if (!label.span.valid()) return;
    auto found = std::find_if(result.begin(), result.end(),
                              [&](const Excerpt& e) { return e.place.file == label.span.file; });
    if (found == result.end()) found = result.insert(result.end(), Excerpt{label.span, {}, {}});
    add_label(*found, sources.file(label.span.file), label, primary);
  };
  add(diagnostic.primary, true);
  for (const Label& label : diagnostic.related) add(label, false);
  return result;
}

std::vector<std::string> notes_of(const Diagnostic& diagnostic) {
  std::vector<std::string> notes;
  auto add_placeless = [&](const Label& label) {
    if (!label.span.valid() && !label.text.empty()) notes.push_back(label.text);
  };
  add_placeless(diagnostic.primary);
  for (const Label& label : diagnostic.related) add_placeless(label);
  notes.insert(notes.end(), diagnostic.notes.begin(), diagnostic.notes.end());
  return notes;
}

class TextRenderer {
 public:
  TextRenderer(const Diagnostic& diagnostic, const SourceMap& sources, bool color)
      : diagnostic_(diagnostic), sources_(sources), paint_(color), code_(info(diagnostic.code)) {}

  std::string render() {
    std::vector<Excerpt> shown = excerpts(diagnostic_, sources_);
    for (const Excerpt& excerpt : shown) {
      gutter_ = std::max(gutter_, std::to_string(excerpt.lines.rbegin()->first).size());
    }
    headline();
    for (const Excerpt& excerpt : shown) put(excerpt);
    for (const std::string& note : notes_of(diagnostic_)) remark("note", Style::message, note);
    if (!diagnostic_.help.empty()) remark("help", Style::help, diagnostic_.help);
    return std::move(text_);
  }

 private:
  Style severity_style() const { return code_.severity == Severity::error ? Style::error : Style::warning; }

  void headline() {
    std::string_view word = code_.severity == Severity::error ? "error" : "warning";
    text_ += paint_(severity_style(), fmt::format("{}[{}]", word, code_.id()));
    text_ += paint_(Style::message, ": " + visible(diagnostic_.message)) + "\n";
  }

  void put(const Excerpt& excerpt) {
    const SourceFile& file = sources_.file(excerpt.place.file);
    bool of_primary = excerpt.place == diagnostic_.primary.span;
    if (!of_primary) frame_row("|", "");
    support::Position position = file.position(excerpt.place.begin);
    text_ += std::string(gutter_, ' ') + paint_(Style::frame, of_primary ? "-->" : ":::");
    text_ += fmt::format(" {}:{}:{}\n", visible(file.name()), position.line, position.column);
    frame_row("|", "");
    for (const auto& [number, marks] : excerpt.lines) {
      put_line(number, render_marked_line(file.line(number), marks, paint_, severity_style()));
      bool goes_on = std::find(excerpt.gaps.begin(), excerpt.gaps.end(), number) != excerpt.gaps.end();
      if (goes_on) text_ += paint_(Style::frame, "...") + "\n";
    }
  }

  void put_line(uint32_t number, const std::vector<std::string>& rows) {
    text_ += paint_(Style::frame, fmt::format("{:>{}} |", number, gutter_));
    text_ += (rows.front().empty() ? "" : " ") + rows.front() + "\n";
    for (size_t i = 1; i < rows.size(); ++i) frame_row("|", rows[i]);
  }

  // A row without a line number: "   | text".
  void frame_row(std::string_view sign, std::string_view text) {
    text_ += std::string(gutter_ + 1, ' ') + paint_(Style::frame, sign);
    if (!text.empty()) text_ += ' ';
    text_ += text;
    text_ += '\n';
  }

  // "   = help: ..."; further lines of the text stand below its first word.
  void remark(std::string_view word, Style style, const std::string& remark) {
    std::string indentation(gutter_ + 3 + word.size() + 2, ' ');
    std::string text;
    for (char c : visible(remark)) {
      text += c;
      if (c == '\n') text += indentation;
    }
    frame_row("=", paint_(style, fmt::format("{}:", word)) + " " + text);
  }

  const Diagnostic& diagnostic_;
  const SourceMap& sources_;
  Paint paint_;
  const CodeInfo& code_;
  size_t gutter_ = 1;
  std::string text_;
};

}  // namespace

std::string render_text(const Diagnostic& diagnostic, const SourceMap& sources, bool color) {
  return TextRenderer(diagnostic, sources, color).render();
}

}  // namespace rnnc::diagnostics
