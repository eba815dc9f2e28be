#include "compiler/autodiff/range_arithmetic.h"

#include <algorithm>
#include <cmath>

namespace rnnc::autodiff {
namespace {

constexpr double kExponentLimit = 80;

double or_low(double bound) { return std::isnan(bound) ? -Range::kInfinity : bound; }
double or_high(double bound) { return std::isnan(bound) ? Range::kInfinity : bound; }

double exp_low(double x) { return x < -kExponentLimit ? 0 : std::exp(std::min(x, kExponentLimit)); }
double exp_high(double x) { return x > kExponentLimit ? Range::kInfinity : std::exp(x); }

// A bound times a bound; 0 times "how large is unknown" is 0.
double times(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

// 1 / b where b is never 0.
Range reciprocal(const Range& b) { return {1 / b.high, 1 / b.low, false, false, b.nan}; }

bool whole(double x) { return std::floor(x) == x; }

}  // namespace

Range hull(const Range& a, const Range& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high), a.minus_infinity || b.minus_infinity,
          a.plus_infinity || b.plus_infinity, a.nan || b.nan};
}

Range with_zero(const Range& a) { return hull(a, {0, 0}); }

Range range_neg(const Range& a) { return {-a.high, -a.low, a.plus_infinity, a.minus_infinity, a.nan}; }

Range range_abs(const Range& a) {
  double low = a.has_zero() ? 0 : std::min(std::abs(a.low), std::abs(a.high));
  return {low, std::max(std::abs(a.low), std::abs(a.high)), false, a.infinite(), a.nan};
}

Range range_exp(const Range& a) {
  return {exp_low(a.low), exp_high(a.high), false, a.plus_infinity || a.high > kExponentLimit, a.nan};
}

Range range_log(const Range& a) {
  return {or_low(std::log(std::max(a.low, 0.0))), or_high(std::log(std::max(a.high, 0.0))), a.low <= 0,
          a.plus_infinity, a.nan || a.low < 0};
}

Range range_sqrt(const Range& a) {
  return {std::sqrt(std::max(a.low, 0.0)), std::sqrt(std::max(a.high, 0.0)), false, a.plus_infinity,
          a.nan || a.low < 0};
}

Range range_softplus(const Range& a) {
  return {std::max(a.low, 0.0), std::max(a.high, 0.0) + 1, false, a.plus_infinity, a.nan};
}

Range range_squash(const Range& a, double low, double high) { return {low, high, false, false, a.nan}; }

Range range_wave(const Range& a) { return {-1, 1, false, false, a.nan || a.infinite()}; }

Range range_add(const Range& a, const Range& b) {
  bool cancel = (a.plus_infinity && b.minus_infinity) || (a.minus_infinity && b.plus_infinity);
  return {or_low(a.low + b.low), or_high(a.high + b.high), a.minus_infinity || b.minus_infinity,
          a.plus_infinity || b.plus_infinity, a.nan || b.nan || cancel};
}

Range range_mul(const Range& a, const Range& b) {
  double corners[] = {times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)};
  auto [low, high] = std::minmax_element(std::begin(corners), std::end(corners));
  bool infinite = a.infinite() || b.infinite();
  bool cancel = (a.infinite() && b.has_zero()) || (b.infinite() && a.has_zero());
  return {*low, *high, infinite && *low < 0, infinite && *high > 0, a.nan || b.nan || cancel};
}

Range range_square(const Range& a) {
  Range size = range_abs(a);
  return {size.low * size.low, size.high * size.high, false, size.plus_infinity, size.nan};
}

Range range_div(const Range& a, const Range& b) {
  if (b.has_zero()) return Range::anything();
  Range result = range_mul(a, reciprocal(b));
  result.nan = a.nan || b.nan || (a.infinite() && b.infinite());
  return result;
}

Range range_pow(const Range& a, const Range& b) {
  bool constant = b.low == b.high && b.finite();
  if (constant && b.low >= 0 && whole(b.low)) {
    bool even = std::fmod(b.low, 2) == 0;
    return {even ? 0 : -Range::kInfinity, Range::kInfinity, !even && a.minus_infinity, a.infinite(), a.nan};
  }
  bool tame = a.finite() && b.finite() && (a.positive() || (a.low >= 0 && b.positive()));
  if (tame) return {0, Range::kInfinity};
  return Range::anything();
}

Range range_max(const Range& a, const Range& b) {
  return {std::max(a.low, b.low), std::max(a.high, b.high), a.minus_infinity && b.minus_infinity,
          a.plus_infinity || b.plus_infinity, a.nan || b.nan};
}

Range range_min(const Range& a, const Range& b) { return range_neg(range_max(range_neg(a), range_neg(b))); }

Range range_sum(const Range& term) {
  return {term.low >= 0 ? 0 : -Range::kInfinity, term.high <= 0 ? 0 : Range::kInfinity, term.minus_infinity,
          term.plus_infinity, term.nan || (term.minus_infinity && term.plus_infinity)};
}

}  // namespace rnnc::autodiff
