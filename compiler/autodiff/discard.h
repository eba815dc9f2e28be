// Values that may be thrown away: whatever reads them ends in a side of a select, max or min. A sum of
// products over such a value cannot be guarded element by element as element-wise ops are (README.md, "Zero
// wins").
#pragma once

#include <vector>

#include "compiler/ir/function.h"

namespace rnnc::autodiff {

// By value. What leaves the function or enters a scan is not thrown away: a state that is infinite stays so.
std::vector<bool> discardable_values(const ir::Function& function);

}  // namespace rnnc::autodiff
