// What a stage costs: operations and bytes, as polynomials in T and B.
#pragma once

#include <vector>

#include "compiler/schedule/plan.h"

namespace rnnc::schedule {

struct Cost {
  SizeExpr
      flops;  // a multiplication and an addition are two; a function of one element counts as its arithmetic
  SizeExpr read, written;  // bytes
  friend bool operator==(const Cost&, const Cost&) = default;
};
// What a run of the stage reads of an array and writes there.
struct Traffic {
  BufferId buffer;
  SizeExpr read, written;  // bytes
};
std::vector<Traffic> traffic_of(const Plan& plan, const Stage& stage);

// Of one run of the stage.
Cost cost_of(const Plan& plan, const Stage& stage);
// Of a call: stages in loops count once for each step.
Cost cost_of(const Plan& plan);

}  // namespace rnnc::schedule
