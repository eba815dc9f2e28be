// ANTLR's tree to the syntax tree of compiler/ast.
#pragma once

#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/parse/token.h"

namespace antlr4 {
class ParserRuleContext;
}

namespace rnnc::parse {

// The declarations of a `file` that was read without errors, but for their documentation.
std::vector<ast::Declaration> build(const Tokens& tokens, antlr4::ParserRuleContext& file);

}  // namespace rnnc::parse
