// Which values carry a derivative: they depend on what is wanted, and a loss depends on them. Cotangents of
// all others are never formed, so that adjoints stay as small as the question.
#pragma once

#include <vector>

#include "compiler/ir/function.h"

namespace rnnc::autodiff {

// A flag for each value of a function and, for each scan of it, the same of its body.
struct Flags {
  std::vector<bool> values;
  std::vector<Flags> bodies;  // by instruction; empty but for scans

  bool operator[](ir::ValueId value) const { return values[value.index]; }
};

// `wanted` and `useful` are the values that derivatives are taken with respect to, and of. In a body a carry
// counts as long as any step may need it.
Flags active_values(const ir::Function& function, const std::vector<ir::ValueId>& wanted,
                    const std::vector<ir::ValueId>& useful);

}  // namespace rnnc::autodiff
