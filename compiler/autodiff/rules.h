// Derivative rules, one for each op that has a derivative: from the cotangent of the result to those of the
// operands.
#pragma once

#include "compiler/autodiff/step.h"

namespace rnnc::autodiff {

// Picks the rule of the instruction's op.
void apply_rule(Step& step);

// elementwise.cpp
void vjp_neg(Step& step);
void vjp_abs(Step& step);
void vjp_exp(Step& step);
void vjp_log(Step& step);
void vjp_sqrt(Step& step);
void vjp_sigmoid(Step& step);
void vjp_tanh(Step& step);
void vjp_softplus(Step& step);
void vjp_sin(Step& step);
void vjp_cos(Step& step);
void vjp_cast(Step& step);
void vjp_add(Step& step);
void vjp_sub(Step& step);
void vjp_mul(Step& step);
void vjp_div(Step& step);
void vjp_pow(Step& step);
void vjp_max(Step& step);
void vjp_min(Step& step);
void vjp_select(Step& step);

// products.cpp
void vjp_contract(Step& step);
void vjp_reduce(Step& step);

// structure.cpp
void vjp_broadcast(Step& step);
void vjp_view(Step& step);
void vjp_concat(Step& step);
void vjp_slice(Step& step);
void vjp_pad(Step& step);
void vjp_gather(Step& step);
void vjp_scatter_add(Step& step);

// time.cpp
void vjp_shift(Step& step);
void vjp_flip(Step& step);
void vjp_prefix(Step& step);

// scan.cpp
void vjp_scan(Step& step);

}  // namespace rnnc::autodiff
