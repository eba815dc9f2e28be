// Holds a rewritten function against the one that it was made of: verified, and the same results in the
// interpreter for random arguments over ragged sequences.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "compiler/interp/interpret.h"
#include "compiler/ir/text.h"
#include "compiler/ir/verify.h"
#include "tests/support/random_arguments.h"

namespace rnnc::testing {

// Whether two numbers may count as the same: in the bits, or up to what another order of sums costs.
enum class Exactness { bits, rounding };

inline bool same_number(double a, double b, double scale, Exactness exactness) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  return exactness == Exactness::rounding && std::abs(a - b) <= 1e-9 * scale;
}

inline std::string difference(const std::string& name, const interp::Array& a, const interp::Array& b,
                              Exactness exactness) {
  if (a.shape != b.shape) return name + " has another shape\n";
  double scale = 1;
  for (double value : a.values) {
    if (std::isfinite(value)) scale = std::max(scale, std::abs(value));
  }
  for (size_t i = 0; i < a.values.size(); ++i) {
    if (!same_number(a.values[i], b.values[i], scale, exactness))
      return fmt::format("{}[{}] was {}, is {}\n", name, i, a.values[i], b.values[i]);
  }
  return "";
}

// Lengths with gaps: one sequence of no steps, one of a single step.
inline Sizes ragged() { return {4, {{"T", {4, 0, 1, 3}}, {"T.source", {2, 3, 0, 1}}, {"S", {1, 3, 2, 0}}}}; }

// What is wrong with `after`; empty if nothing is. It may return more than `before`, not less.
inline std::string wrong_with(const ir::Function& before, const ir::Function& after, const ir::DimTable& dims,
                              Exactness exactness, const Sizes& sizes = ragged(), uint32_t seed = 1) {
  if (auto status = ir::verify(after, dims); !status)
    return "not verified: " + status.error().message + "\n" + ir::print(after, dims);
  const interp::Arguments arguments = random_arguments(before, dims, sizes, seed);
  auto expected = interp::interpret(before, dims, arguments);
  if (!expected) return "before: " + expected.error().message;
  auto found = interp::interpret(after, dims, arguments);
  if (!found) return "after: " + found.error().message;
  std::string wrong;
  for (const auto& [name, array] : *expected) {
    auto result = found->find(name);
    wrong +=
        result == found->end() ? name + " is gone\n" : difference(name, array, result->second, exactness);
  }
  return wrong;
}

}  // namespace rnnc::testing
