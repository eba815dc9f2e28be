// A line chart as an SVG file of its own: loss curves and the like.
#pragma once

#include <string>
#include <vector>

#include "runtime/formats/result.h"

namespace rnnc::formats {

enum class Scale { kLinear, kLogarithmic };

struct Point {
  double x;
  double y;
};

struct Series {
  std::string name;
  std::vector<Point> points;  // in the order in which they are joined
};

struct Chart {
  std::string title;
  std::string x_label;
  std::string y_label;
  Scale x_scale = Scale::kLinear;
  Scale y_scale = Scale::kLinear;
  std::vector<Series> series;
};

// Needs nothing but a viewer: no script, no style sheet, no font. Points that no axis can show (NaN,
// infinities, on a logarithmic axis what is not positive) interrupt the line. Of more points than can be seen
// the first, last, lowest and highest in every half pixel are drawn pale, and their local mean over them. The
// same chart gives the same bytes.
std::string render_svg(const Chart& chart);

// Atomic.
Status write_svg(const std::string& path, const Chart& chart);

}  // namespace rnnc::formats
