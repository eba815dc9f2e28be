// Bounds of values, known without running them. A rule multiplies a cotangent with a local derivative; where
// that may be infinite or NaN, a cotangent of exactly 0 must win (README.md, "Zero wins"), which costs a
// comparison. The ranges say where it may not, so that gates and normalisations pay nothing.
//
// Assumed: params and inputs are finite unless said otherwise, and + − × of finite numbers do not overflow.
// Everything else is derived.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "compiler/ir/function.h"

namespace rnnc::autodiff {

// All elements of a value that are not NaN lie in [low, high]. An infinite bound alone means "finite, but how
// large is unknown".
struct Range {
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();

  double low = -kInfinity, high = kInfinity;
  bool minus_infinity = false, plus_infinity = false, nan = false;  // may occur

  static Range anything() { return {-kInfinity, kInfinity, true, true, true}; }

  bool infinite() const { return minus_infinity || plus_infinity; }
  bool finite() const { return !infinite() && !nan; }
  bool positive() const { return low > 0; }
  bool has_zero() const { return low <= 0 && high >= 0; }

  friend bool operator==(const Range&, const Range&) = default;
};

// The ranges of all values of a function and, for each scan of it, those of its body.
struct Ranges {
  std::vector<Range> values;
  std::vector<Ranges> bodies;  // by instruction; empty but for scans

  const Range& operator[](ir::ValueId value) const { return values[value.index]; }
};

// `infinite` names the inputs that may hold ±∞.
Ranges ranges_of(const ir::Function& function, const ir::DimTable& dims,
                 const std::vector<std::string>& infinite = {});

}  // namespace rnnc::autodiff
