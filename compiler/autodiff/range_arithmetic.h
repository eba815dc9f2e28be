// Interval arithmetic on Range: what the ops of one and two elements do to bounds. Bounds are those of 32-bit
// floats: what e^x makes of x < −80 counts as 0, of x > 80 as infinite.
#pragma once

#include "compiler/autodiff/range.h"

namespace rnnc::autodiff {

Range hull(const Range& a, const Range& b);
Range with_zero(const Range& a);

Range range_neg(const Range& a);
Range range_abs(const Range& a);
Range range_exp(const Range& a);
Range range_log(const Range& a);
Range range_sqrt(const Range& a);
Range range_softplus(const Range& a);
// sigmoid, tanh: within [low, high] even at ±∞.
Range range_squash(const Range& a, double low, double high);
// sin, cos.
Range range_wave(const Range& a);

Range range_add(const Range& a, const Range& b);
Range range_mul(const Range& a, const Range& b);
// Of a value with itself.
Range range_square(const Range& a);
Range range_div(const Range& a, const Range& b);
Range range_pow(const Range& a, const Range& b);
Range range_max(const Range& a, const Range& b);
Range range_min(const Range& a, const Range& b);

// A sum of any number of terms that each lie in `term`.
Range range_sum(const Range& term);

}  // namespace rnnc::autodiff
