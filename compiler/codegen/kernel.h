// The micro-kernel of products: a tile of accumulators in registers.
#pragma once

#include "compiler/codegen/code.h"

namespace rnnc::codegen {

struct KernelShape {
  int rows, vectors, lanes;
  int unroll;  // steps of k in one round of the loop
};

// void(a, a_row, a_step, panel, c, c_row, k, first): c[rows][vectors · lanes] = a · panel over k steps, or +=
// unless `first`. One function a module for each shape.
llvm::Function* kernel(Code& code, const KernelShape& shape);

}  // namespace rnnc::codegen
