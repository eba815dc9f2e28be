// One line of source with what is said about it underneath.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics/paint.h"

namespace rnnc::diagnostics {

// Part of a line that a label speaks of, in bytes of that line. An empty range still gets one sign.
struct Mark {
  size_t begin;
  size_t end;
  bool primary;
  std::string text;  // empty: only the signs
};

// The line itself, then the signs under it (`^` for the primary label, `-` for the others), then the texts
// that found no room behind the signs, each below the bar that leads to it:
//
//     c = f * c[t-1] + i * g
//     -   ^ [N], from its declaration
//     |
//     `c` is declared [H] here
//
// `primary` is the style of the primary sign and text. A line wider than kMaxWidth is cut to the surroundings
// of its marks.
std::vector<std::string> render_marked_line(std::string_view line, const std::vector<Mark>& marks,
                                            const Paint& paint, Style primary);

inline constexpr size_t kMaxWidth = 160;

}  // namespace rnnc::diagnostics
