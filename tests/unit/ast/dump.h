// A syntax tree as text that says everything but the places, so that two trees can be compared.
#pragma once

#include <string>

#include "compiler/ast/ast.h"

namespace rnnc::ast {

std::string dump(const File& file);

}  // namespace rnnc::ast
