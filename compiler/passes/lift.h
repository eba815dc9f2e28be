// Lift: what does not depend on the state leaves a scan before it, what does not feed the state leaves after
// it, and what only accumulates becomes one contraction over time. Delays of what has left become shifts.
// (Hoisted input products, output layers, input gradients and weight gradients are four cases of this.)
// Products with weights always leave. Of the lane code only what lets less cross the border does: gates'
// factors that can be made from values that cross anyway are made in the loop, an outer product stays in it.
//
// Precondition: distribute, order_sums; scans of the module's functions, not of bodies. Accumulators
// re-associate (the sum over batch and time is one); all else keeps its bits. An accumulator stays if summing
// it outside would store more than its own size. Why here: before autodiff, so that adjoints of loops are
// small; again after it, where it makes dW and dX single products.
#pragma once

#include "compiler/passes/pass.h"

namespace rnnc::passes {

ir::Function lift(const ir::Function& function, ir::DimTable& dims);

}  // namespace rnnc::passes
