// Slice of contract -> contract of slice: of `i, f, o, g = split(W @ h + b)` each gate gets a product of its
// own with its rows of W. Slices sink through whatever makes each of its elements from elements at the same
// place of that dim (element-wise ops, broadcasts, sums over other dims), where nothing reads the value but
// slices that do not overlap, so that no work is done twice.
//
// Precondition: none. Keeps every bit. Slices of params stay; the scheduler packs the products that share an
// operand again. Why here: it is the stacked notation of a cell, which must give the graph of the notation by
// gates before sums are ordered.
#pragma once

#include "compiler/passes/pass.h"

namespace rnnc::passes {

ir::Function split_products(const ir::Function& function, ir::DimTable& dims);

}  // namespace rnnc::passes
