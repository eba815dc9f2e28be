// What a function is asked for, and what that needs.
#pragma once

#include <vector>

#include "compiler/ir/function.h"

namespace rnnc::irgen {

// For each value of a function, whether one of its results needs it. Of an instruction all or none are.
std::vector<bool> live_values(const ir::Function& function);

// The function without instructions that nothing needs, such as numbers that were written again where they
// are used. Lengths stay. It has no parameters.
ir::Function only_live(const ir::Function& function, const ir::DimTable& dims);

}  // namespace rnnc::irgen
