// Contract of concat -> sum of contracts over the parts: `W @ [h, x]` becomes W_h @ h + W_x @ x, the weights
// slices of W.
//
// Precondition: none. Re-associates: the one sum over the joined dim becomes a sum of partial sums, whose
// order order_sums fixes. Why here: first. `W @ [h[t-1], x] + b` and `linear(x, h[t-1])` are two notations of
// one cell and must give one graph; the part without state can leave its loop only when it is a product of
// its own.
#pragma once

#include "compiler/passes/pass.h"

namespace rnnc::passes {

ir::Function split_joins(const ir::Function& function, ir::DimTable& dims);

}  // namespace rnnc::passes
