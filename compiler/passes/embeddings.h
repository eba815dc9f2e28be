// Embeddings: a product with a one-hot array is a lookup, `onehot(w) @ W` -> gather of W's rows. A token
// outside the vocabulary reads 0 in both.
//
// Precondition: simplify (broadcasts of broadcasts are one). Keeps every bit of finite tables. Why here:
// before distribute and lift, which then see an index where a product with as many columns as the vocabulary
// has words stood; before autodiff, whose adjoint of a gather touches only the rows that were read.
//
// Not done: `contract W, (gather E, tokens)` -> `gather (contract W, E), tokens`, worth it where the
// vocabulary is smaller than the number of tokens in a batch. That size is not known here.
#pragma once

#include "compiler/passes/pass.h"

namespace rnnc::passes {

ir::Function embeddings(const ir::Function& function, ir::DimTable& dims);

}  // namespace rnnc::passes
