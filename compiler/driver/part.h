// A function for some of its results.
#pragma once

#include <functional>

#include "compiler/ir/function.h"

namespace rnnc::driver {

// The function with the results of which `wanted(name)` holds, and without what only others need: also
// without the params and inputs that only these read.
ir::Function part_of(const ir::Function& function, const ir::DimTable& dims,
                     const std::function<bool(const std::string&)>& wanted);

}  // namespace rnnc::driver
