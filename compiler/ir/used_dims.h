// Which dims of a module a function has to do with.
#pragma once

#include <vector>

#include "compiler/ir/function.h"

namespace rnnc::ir {

// By the number of the dim: whether a value of the function or of the body of a scan has it, or a scan runs
// over it.
std::vector<bool> used_dims(const Function& function, const DimTable& dims);

}  // namespace rnnc::ir
