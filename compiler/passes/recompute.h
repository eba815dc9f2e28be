// Recompute: what a scan yields only for other scans to read (the tape of the backward pass), and what these
// can make themselves by a few operations on lanes from other sequences, is no longer stored. tanh(c) is made
// again from c; a gate is not, since that would take its product.
//
// Precondition: autodiff and lift; scans of the module's functions, not of bodies. Keeps every bit. A value
// is made again if that costs no more than storing it (cost.h) and its readers need not read more than
// before. The yields that nothing reads any more stay for dead code. Why here: last, when it is settled what
// is stored; before dead code.
//
// Not done: to yield something small of which something large can be made, such as an attention's query for
// its tanh over all of the memory.
#pragma once

#include "compiler/passes/pass.h"

namespace rnnc::passes {

ir::Function recompute(const ir::Function& function, ir::DimTable& dims);

}  // namespace rnnc::passes
