// The micro-kernel of products: a tile of accumulators in registers.
#pragma once

#include "compiler/codegen/code.h"

namespace rnnc::codegen {

struct KernelShape {
  int rows, vectors, lanes;
  bool along_k;  // steps of k of the left operand are contiguous; else its rows are
};

// void(a, a_stride, panel, c, c_stride, k, first): c[rows][vectors · lanes] = a · panel over k steps, or +=
// unless `first`. a_stride is that of the rows, or of k, whichever is not contiguous. One function a module
// for each shape.
llvm::Function* kernel(Code& code, const KernelShape& shape);

}  // namespace rnnc::codegen
