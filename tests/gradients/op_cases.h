// For each op, functions in which its gradient matters.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/module.h"

namespace rnnc::testing {

// Bodies of `forward` over the dims of case_module(): at least one for each op.
std::vector<std::string> gradient_cases(ir::Op op);

// The module of a case. Fails the process with the reader's message if the text is wrong.
ir::Module case_module(const std::string& body);

}  // namespace rnnc::testing
