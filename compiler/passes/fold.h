// What an op makes of constants.
#pragma once

#include <optional>
#include <vector>

#include "compiler/ir/function.h"

namespace rnnc::passes {

// The number that every element of the value is, if it is a constant of one number.
std::optional<double> uniform(const ir::Function& function, ir::ValueId value);
bool is_uniform(const ir::Function& function, ir::ValueId value, double number);

// The element that an element-wise op of `operands` makes, in the double precision that constants are held
// in. None: not an element-wise op, or one whose result has no number (a cast out of an integer's range).
std::optional<double> fold(ir::Op op, ir::Element operand, ir::Element result,
                           const std::vector<double>& operands);

}  // namespace rnnc::passes
