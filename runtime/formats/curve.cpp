#include "runtime/formats/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>

#include "runtime/formats/atomic_file.h"
#include "runtime/formats/ticks.h"
#include "runtime/formats/utf8.h"

namespace rnnc::formats {

namespace {

// All lengths are in pixels.
constexpr double kWidth = 800;
constexpr double kHeight = 480;
constexpr double kMargin = 24;
constexpr double kFontSize = 13;
constexpr double kLineHeight = 20;
constexpr size_t kMarkedPoints = 30;  // a line of at most so many points shows each

// Okabe and Ito's colours, which colour-blind readers can tell apart, without the yellow that is lost on
// white. Beyond them the lines are dashed.
constexpr std::array<std::string_view, 7> kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                      "#56b4e9", "#e69f00", "#222222"};
constexpr std::array<std::string_view, 4> kDashes = {"", "7 4", "2 3", "9 3 2 3"};

std::string colour_of(size_t series) { return std::string(kColours[series % kColours.size()]); }

std::string dash_of(size_t series) {
  const auto dash = kDashes[series / kColours.size() % kDashes.size()];
  return dash.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", dash);
}

// XML has no way to write most control characters, nor bytes that are no text.
std::string escape_xml(std::string_view text) {
  std::string out;
  for (size_t offset = 0; offset < text.size();) {
    const auto code_point = decode_utf8(text, offset);
    const char32_t c = code_point ? code_point->value : 0;
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c < 0x20 || c == 0xFFFE || c == 0xFFFF) {
      append_utf8(out, c == '\t' || c == '\n' ? U' ' : U'\xFFFD');
    } else {
      append_utf8(out, c);
    }
    offset += code_point ? code_point->length : 1;
  }
  return out;
}

// An estimate, since the viewer chooses the font: characters of middling width.
double text_width(std::string_view text) {
  double characters = 0;
  for (size_t offset = 0; offset < text.size(); ++characters) {
    const auto code_point = decode_utf8(text, offset);
    offset += code_point ? code_point->length : 1;
  }
  return characters * kFontSize * 0.6;
}

// Cut so that it takes at most `width` at the usual size.
std::string fitted(std::string_view text, double width) {
  if (text_width(text) <= width) return std::string(text);
  size_t offset = 0;
  while (offset < text.size() && text_width(text.substr(0, offset)) < width - 2 * kFontSize) {
    const auto code_point = decode_utf8(text, offset);
    offset += code_point ? code_point->length : 1;
  }
  return std::string(text.substr(0, offset)) + "…";
}

bool drawable(double value, Scale scale) {
  return std::abs(value) <= kLargestValue && (scale == Scale::kLinear || value >= 1 / kLargestValue);
}

bool drawable(Point point, const Chart& chart) {
  return drawable(point.x, chart.x_scale) && drawable(point.y, chart.y_scale);
}

struct Range {
  double low = 1;
  double high = 10;  // for the axis of no data
  bool empty = true;

  void include(double value) {
    low = empty ? value : std::min(low, value);
    high = empty ? value : std::max(high, value);
    empty = false;
  }
};

struct Box {
  double left, top, right, bottom;
};

class Renderer {
 public:
  explicit Renderer(const Chart& chart) : chart_(chart) {}

  std::string render() {
    choose_axes();
    choose_box();
    draw_frame();
    draw_title();
    draw_legend();
    draw_x_axis();
    draw_y_axis();
    for (size_t i = 0; i < chart_.series.size(); ++i) draw_series(i);
    if (nothing_) text(middle_x(), (box_.top + box_.bottom) / 2, "middle", "no data", " fill=\"#888\"");
    out_ += "</svg>\n";
    return std::move(out_);
  }

 private:
  void choose_axes();
  void choose_box();
  void draw_frame();
  void draw_title();
  void draw_legend();
  void draw_x_axis();
  void draw_y_axis();
  void draw_series(size_t index);
  void draw_run(size_t index, const std::vector<Point>& run);
  void draw_path(size_t index, const std::vector<Point>& points, std::string_view opacity);

  template <class... Arguments>
  void put(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
  }
  void text(double x, double y, std::string_view anchor, std::string_view content,
            std::string_view more = "") {
    put("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor, more,
        escape_xml(content));
  }
  void line(double x1, double y1, double x2, double y2, std::string_view stroke) {
    put("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1, x2, y2,
        stroke);
  }
  double middle_x() const { return (box_.left + box_.right) / 2; }
  double pixel_x(double x) const { return box_.left + x_axis_.position(x) * (box_.right - box_.left); }
  double pixel_y(double y) const { return box_.bottom - y_axis_.position(y) * (box_.bottom - box_.top); }

  // Rows of the legend, each a list of series that have a name.
  std::vector<std::vector<size_t>> legend_rows() const;
  std::string legend_name(size_t series) const { return fitted(chart_.series[series].name, kWidth / 2); }
  double legend_width(size_t series) const { return 46 + text_width(legend_name(series)); }

  const Chart& chart_;
  Axis x_axis_ = {};
  Axis y_axis_ = {};
  Box box_ = {};
  bool nothing_ = true;
  std::string out_;
};

void Renderer::choose_axes() {
  Range x;
  Range y;
  bool whole = true;
  for (const Series& series : chart_.series) {
    for (const Point point : series.points) {
      if (!drawable(point, chart_)) continue;
      whole = whole && point.x == std::floor(point.x);
      x.include(point.x);
      y.include(point.y);
    }
  }
  nothing_ = x.empty;
  constexpr int kXTicks = 8;
  constexpr int kYTicks = 6;
  x_axis_ = chart_.x_scale == Scale::kLinear ? linear_axis(x.low, x.high, {kXTicks, whole ? 1.0 : 0.0})
                                             : logarithmic_axis(x.low, x.high, kXTicks);
  if (chart_.y_scale == Scale::kLinear) {
    y_axis_ = linear_axis(y.low, y.high, {.count = kYTicks, .widen = true});
  } else {
    // Some room above and below, as the widened ends of a linear axis give.
    const double margin = std::exp(0.04 * (std::log(y.high) - std::log(y.low)));
    y_axis_ = logarithmic_axis(std::max(y.low / margin, 1 / kLargestValue),
                               std::min(y.high * margin, kLargestValue), kYTicks);
  }
}

std::vector<std::vector<size_t>> Renderer::legend_rows() const {
  std::vector<std::vector<size_t>> rows;
  double used = kWidth;
  for (size_t i = 0; i < chart_.series.size(); ++i) {
    if (chart_.series[i].name.empty()) continue;
    if (used + legend_width(i) > box_.right - box_.left) {
      rows.emplace_back();
      used = 0;
    }
    rows.back().push_back(i);
    used += legend_width(i);
  }
  return rows;
}

void Renderer::choose_box() {
  double labels = 0;
  for (const Tick& tick : y_axis_.ticks) labels = std::max(labels, text_width(tick.label));
  box_.left = kMargin + labels + 8 + (chart_.y_label.empty() ? 0 : kLineHeight);
  box_.right = kWidth - kMargin;
  box_.top =
      kMargin + (chart_.title.empty() ? 0 : 26) + kLineHeight * static_cast<double>(legend_rows().size());
  box_.bottom = kHeight - kMargin - kLineHeight - (chart_.x_label.empty() ? 0 : kLineHeight);
  // A legend of very many rows must not push the plot out of the picture.
  box_.top = std::min(box_.top, box_.bottom - 120);
}

void Renderer::draw_frame() {
  put("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "role=\"img\" "
      "font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif\" font-size=\"{2}\" "
      "fill=\"#333\">\n",
      kWidth, kHeight, kFontSize);
  if (!chart_.title.empty()) put("<title>{}</title>\n", escape_xml(chart_.title));
  put("<rect width=\"{}\" height=\"{}\" fill=\"#fff\"/>\n", kWidth, kHeight);
}

void Renderer::draw_title() {
  if (chart_.title.empty()) return;
  text(box_.left, kMargin + 10, "start", fitted(chart_.title, kWidth * 0.65),
       " font-size=\"17\" font-weight=\"600\" fill=\"#111\"");
}

void Renderer::draw_legend() {
  double y = kMargin + (chart_.title.empty() ? 8 : 34);
  for (const auto& row : legend_rows()) {
    double x = box_.left;
    for (const size_t i : row) {
      put("<path d=\"M{:.1f} {:.1f}h22\" stroke=\"{}\" stroke-width=\"2.5\"{}/>\n", x, y - 4.5, colour_of(i),
          dash_of(i));
      text(x + 28, y, "start", legend_name(i));
      x += legend_width(i);
    }
    y += kLineHeight;
  }
}

void Renderer::draw_x_axis() {
  for (const Tick& tick : x_axis_.ticks) {
    const double x = pixel_x(tick.value);
    line(x, box_.bottom, x, box_.bottom + (tick.label.empty() ? 3 : 5), "#777");
    if (!tick.label.empty()) text(x, box_.bottom + kLineHeight, "middle", tick.label);
  }
  line(box_.left, box_.bottom, box_.right, box_.bottom, "#777");
  if (!chart_.x_label.empty()) text(middle_x(), kHeight - kMargin + 4, "middle", chart_.x_label);
}

void Renderer::draw_y_axis() {
  for (const Tick& tick : y_axis_.ticks) {
    const double y = pixel_y(tick.value);
    line(box_.left, y, box_.right, y, tick.label.empty() ? "#f2f2f2" : "#dedede");
    if (!tick.label.empty()) text(box_.left - 8, y + kFontSize * 0.35, "end", tick.label);
  }
  if (chart_.y_label.empty()) return;
  const double middle = (box_.top + box_.bottom) / 2;
  text(kMargin, middle, "middle", chart_.y_label,
       fmt::format(" transform=\"rotate(-90 {} {:.1f})\"", kMargin, middle));
}

// Of the points that fall into one half pixel the first, the lowest, the highest and the last, in their
// order.
std::vector<Point> thinned(const std::vector<Point>& pixels) {
  std::vector<Point> out;
  const auto column = [](const Point& point) { return std::floor(point.x * 2); };
  for (size_t begin = 0; begin < pixels.size();) {
    size_t end = begin;
    size_t lowest = begin;
    size_t highest = begin;
    for (; end < pixels.size() && column(pixels[end]) == column(pixels[begin]); ++end) {
      if (pixels[end].y < pixels[lowest].y) lowest = end;
      if (pixels[end].y > pixels[highest].y) highest = end;
    }
    std::array kept = {begin, lowest, highest, end - 1};
    std::ranges::sort(kept);
    const auto repeated = std::ranges::unique(kept);
    for (auto i = kept.begin(); i != repeated.begin(); ++i) out.push_back(pixels[*i]);
    begin = end;
  }
  return out;
}

// The mean of the points within each stretch of a few pixels.
std::vector<Point> averaged(const std::vector<Point>& pixels) {
  constexpr double kStretch = 4;
  const auto stretch = [](const Point& point) { return std::floor(point.x / kStretch); };
  std::vector<Point> out;
  for (size_t begin = 0; begin < pixels.size();) {
    Point sum = {0, 0};
    size_t end = begin;
    for (; end < pixels.size() && stretch(pixels[end]) == stretch(pixels[begin]); ++end) {
      sum.x += pixels[end].x;
      sum.y += pixels[end].y;
    }
    const auto count = static_cast<double>(end - begin);
    out.push_back({sum.x / count, sum.y / count});
    begin = end;
  }
  return out;
}

void Renderer::draw_path(size_t index, const std::vector<Point>& points, std::string_view opacity) {
  put("<path fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\" stroke-linejoin=\"round\" "
      "stroke-linecap=\"round\"{}{} d=\"",
      colour_of(index), dash_of(index), opacity);
  for (size_t i = 0; i < points.size(); ++i)
    put("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", points[i].x, points[i].y);
  out_ += "\"/>\n";
}

void Renderer::draw_run(size_t index, const std::vector<Point>& run) {
  const auto points = thinned(run);
  // More points than can be seen are noise around a trend: show the one pale and the other in full.
  const bool dense = points.size() < run.size();
  if (points.size() > 1) draw_path(index, points, dense ? " stroke-opacity=\"0.3\"" : "");
  if (dense) draw_path(index, averaged(run), "");
  if (points.size() == 1 || chart_.series[index].points.size() <= kMarkedPoints) {
    for (const Point point : points) {
      put("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.6\" fill=\"{}\"/>\n", point.x, point.y,
          colour_of(index));
    }
  }
}

void Renderer::draw_series(size_t index) {
  std::vector<Point> run;
  for (const Point point : chart_.series[index].points) {
    if (drawable(point, chart_)) {
      run.push_back({pixel_x(point.x), pixel_y(point.y)});
      continue;
    }
    draw_run(index, run);
    run.clear();
  }
  draw_run(index, run);
}

}  // namespace

std::string render_svg(const Chart& chart) { return Renderer(chart).render(); }

Status write_svg(const std::string& path, const Chart& chart) { return write_file(path, render_svg(chart)); }

}  // namespace rnnc::formats
