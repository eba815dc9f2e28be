// The shape of an expression as nested lists: `a + b * c` is (add a (multiply b c)).
#pragma once

#include <string>

#include "compiler/ast/ast.h"

namespace rnnc::parse {

std::string shape_of(const ast::Expr& expr);

}  // namespace rnnc::parse
