// Plan zero: what every verified function can be run by, without any cleverness that could be wrong.
//
// Element-wise instructions that run over the same dims and wait for nothing in between are one stage; every
// other instruction is a stage of its own (a contraction of two matrices: one that packs an operand, outside
// of the loops in which it does not change, and one that multiplies). Values stand in the order of their
// types. T and B are symbols throughout.
#pragma once

#include "compiler/ir/function.h"
#include "compiler/schedule/plan.h"
#include "compiler/support/result.h"

namespace rnnc::schedule {

// The plan of a verified function of a module. Fails for a scan in the body of a scan over the same time, and
// for functions with two batch dims.
support::Result<Plan> plan_zero(const ir::Function& function, const ir::DimTable& dims,
                                const Machine& machine);

}  // namespace rnnc::schedule
