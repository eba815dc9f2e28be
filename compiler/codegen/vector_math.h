// The functions of the IR on vectors of f32, at most 3 units in the last place wrong over their whole range;
// NaN stays NaN, infinities give what the limit is. Denormal operands and results count as 0 where the
// machine flushes them.
#pragma once

#include "compiler/codegen/code.h"

namespace rnnc::codegen {

class VectorMath {
 public:
  explicit VectorMath(Code& code) : code_(code) {}

  Value exp(Value x);
  Value log(Value x);
  Value tanh(Value x);
  Value sigmoid(Value x);
  Value softplus(Value x);
  Value sin(Value x);
  Value cos(Value x);
  Value pow(Value x, Value y);  // special cases as in C
  Value abs(Value x);
  // NaN if an operand is NaN; at a tie the first.
  Value max(Value a, Value b);
  Value min(Value a, Value b);
  // cos(2π m / 2^24) for whole m in [0, 2^24).
  Value cos_of_turn(Value m);

 private:
  struct Reduced {
    Value quarter;  // i32: which quarter turn
    Value rest;     // f32: the angle from its middle
  };
  struct Power {
    Value whole;     // i32: of x / ln 2 the nearest whole number, in the low bits
    Value less_one;  // f32: e^rest - 1
  };
  Value polynomial(Value x, std::initializer_list<double> coefficients);  // highest power first
  Value with_sign_of(Value magnitude, Value sign);
  Value log_of_positive(Value x);  // finite
  Value log1p(Value y);            // y in [0, 1]
  Power power(Value x);
  Value exp_of_minus(Value x);   // e^-|x|
  Value exp_minus_one(Value x);  // x in [0, 19]
  Value log2_f64(Value x);       // x > 0
  Value exp2_f64(Value x);       // |x| <= 1000
  Reduced reduce(Value x);
  Reduced reduce_large(Value x, const Reduced& small);
  Value wave(const Reduced& angle, int quarters_ahead);

  Code& code_;
};

}  // namespace rnnc::codegen
