// What a stage costs: operations and bytes, as polynomials in T and B.
#pragma once

#include "compiler/schedule/plan.h"

namespace rnnc::schedule {

struct Cost {
  SizeExpr
      flops;  // a multiplication and an addition are two; a function of one element counts as its arithmetic
  SizeExpr read, written;  // bytes
  friend bool operator==(const Cost&, const Cost&) = default;
};
// Of one run of the stage.
Cost cost_of(const Plan& plan, const Stage& stage);
// Of a call: stages in loops count once for each step.
Cost cost_of(const Plan& plan);

}  // namespace rnnc::schedule
