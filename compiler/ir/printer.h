// The printer behind text.h, shared by modules, functions and single instructions. Internal to this folder.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/function.h"

namespace rnnc::ir {

// How the values of one function are called in its text: under their names where these are words, each made
// unique, else by number.
std::vector<std::string> value_names(const Function& function);

// Everything of an instruction that stands between its `=` and its types: "contract %W, %h over {H}".
std::string operation_text(const Instr& instr, const std::vector<std::string>& names, const DimTable& dims);

}  // namespace rnnc::ir
