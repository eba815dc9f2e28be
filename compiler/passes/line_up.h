// Line up: instructions stand in the order in which the results need them, operands from left to right;
// params and inputs first, as they were. The order means nothing, but whatever chooses between equals chooses
// the first: lined up, two notations of one cell have one text and end as one plan.
//
// Precondition: none. Keeps every bit. What no result needs goes. Why here: before distribute and lift, which
// number what crosses between loops; at the end, for people.
#pragma once

#include "compiler/passes/pass.h"

namespace rnnc::passes {

ir::Function line_up(const ir::Function& function, ir::DimTable& dims);

}  // namespace rnnc::passes
