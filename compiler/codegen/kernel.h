// The micro-kernel of products: a tile of accumulators in registers.
#pragma once

#include "compiler/codegen/code.h"

namespace rnnc::codegen {

// Along what the elements of an operand stand side by side: its rows, the steps of k, or neither.
enum class Side : uint8_t { none, rows, steps };
Side side_of(Code& code, Value row_stride, Value step_stride);

struct KernelShape {
  int rows, vectors, lanes;
  int unroll;  // steps of k in one round of the loop
  Side contiguous;
};

// void(a, a_row, a_step, panel, c, c_row, k, first, ahead): c[rows][vectors · lanes] = a · panel over k
// steps, or += unless `first`. Meanwhile what stands from `ahead` on is brought nearer. One function a module
// for each shape.
llvm::Function* kernel(Code& code, const KernelShape& shape);

// The same for the first `rows` rows of a tile of at most `most` rows: void(rows, a, a_row, a_step, panel, c,
// c_row, k, first).
llvm::Function* kernels(Code& code, int most, int vectors, int lanes, Side contiguous);

// One row and some panels, which lie one after the other: void(a, a_step, panels, c, c_panel, k, first),
// where the sums of panel i are c[i * c_panel] and on. The same sums in the same order as a tile's.
llvm::Function* row_kernel(Code& code, int panels, int vectors, int lanes);

// Where a tile looks ahead for its share of the panel that is used after this one, `here`, of `width` columns
// and `k` steps. The first tiles bring it nearer; the others have nothing to look for.
Value ahead(Code& code, Value here, Value next, int width, Value k, Value tile);

// `m` rows in as few tiles as can be, whose heights differ by one at most: body(tile, first row, rows).
void tiles_of_rows(Code& code, Value m, int most, const std::function<void(Value, Value, Value)>& body);

}  // namespace rnnc::codegen
