// Straight-line code cut down to what its results are made from.
#pragma once

#include <vector>

#include "compiler/ir/function.h"

namespace rnnc::autodiff {

// By value: whether a result is made from it.
std::vector<bool> live_values(const ir::Function& function, const std::vector<ir::NamedResult>& results);

// The live part of `from`, with the parameters in the order given (all live ones must be among them) and the
// results given.
ir::Function arranged(const ir::Function& from, const ir::DimTable& dims,
                      const std::vector<ir::ValueId>& parameters,
                      const std::vector<ir::NamedResult>& results);

}  // namespace rnnc::autodiff
