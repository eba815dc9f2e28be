// From a function to its plan.
//
// Values stand in the order of their types; T and B are symbols throughout. Contractions of two matrices pack
// one operand, outside of the loops in which it does not change. With all choices, the element-wise
// instructions that read products of their own row and unit run on each tile of them; other element-wise
// instructions over the same dims are one stage together; every other instruction is a stage of its own.
#pragma once

#include "compiler/ir/function.h"
#include "compiler/schedule/choices.h"
#include "compiler/schedule/plan.h"
#include "compiler/support/result.h"

namespace rnnc::schedule {

// The plan of a verified function of a module. Fails for a scan in the body of a scan over the same time, and
// for functions with two batch dims.
support::Result<Plan> plan_function(const ir::Function& function, const ir::DimTable& dims,
                                    const Machine& machine, const Choices& choices = {});

// Plan zero: what every verified function can be run by, without any cleverness that could be wrong. It stays
// for ever: what other plans compute is compared with it.
support::Result<Plan> plan_zero(const ir::Function& function, const ir::DimTable& dims,
                                const Machine& machine);

}  // namespace rnnc::schedule
