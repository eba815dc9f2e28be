// A cell that stands alone is run as the model whose inputs and outputs are the cell's, over a sequence.
#pragma once

#include <memory>

#include "compiler/sema/model.h"

namespace rnnc::irgen {

// The model's own body, or that model's.
std::shared_ptr<const sema::Body> body_to_run(const sema::Model& model);

}  // namespace rnnc::irgen
