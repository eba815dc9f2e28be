// Simplify: every instruction whose result a cheaper one gives. Constants are folded, neutral operands and
// double negations go, what is done alike to each copy of a broadcast is done once before it (also products),
// an arrangement of an arrangement becomes one, a sum of what stands side by side becomes a join, and
//   log(exp(x) / y) -> x - log(y)
// which makes a log-softmax of the logarithm of a softmax: finite where exp(x) under- or overflows.
//
// Precondition: none. Exact but for that rule, for sums of sums that become one, and for the sign of zeros.
// Keeps gradients, also at corners. What is no longer read stays for dead code.
// Why here: before share and order_sums, so that trifles do not tell two notations apart; before autodiff,
// which makes several instructions of each one; after it, whose rules leave negations and zeros.
#pragma once

#include "compiler/passes/pass.h"

namespace rnnc::passes {

ir::Function simplify(const ir::Function& function, ir::DimTable& dims);

}  // namespace rnnc::passes
