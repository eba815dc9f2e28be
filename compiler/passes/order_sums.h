// Sums that hold a product get one order and one bracketing, left to right:
//   products without the state, other terms without the state (biases), products of the state, other terms of
//   the state;
// in each class by the name of what the weights meet (a carry's or state's path, else the value's name), then
// as written. A term is "of the state" if it and the sum lie on one cycle through time. That is a property of
// the equations, not of the loop they stand in: `run` and `step`, a cell alone and a cell within a cell, get
// the same order, hence the same bits.
//
// Precondition: split_joins and split_products. Re-associates. Sums without a contract keep their order.
// Why here: after this pass `linear(x, h[t-1])` and `W @ [h[t-1], x] + b` are one graph, and W x + b is one
// value that can leave the loop; so it precedes distribute and lift.
#pragma once

#include "compiler/passes/pass.h"

namespace rnnc::passes {

ir::Function order_sums(const ir::Function& function, ir::DimTable& dims);

}  // namespace rnnc::passes
