// Expressions of ANTLR's tree to expressions of the syntax tree.
#pragma once

#include "compiler/ast/ast.h"
#include "compiler/parse/token.h"

namespace antlr4 {
class ParserRuleContext;
namespace tree {
class TerminalNode;
}
}  // namespace antlr4

namespace rnnc::parse {

// From the first token of a rule to its last one.
support::Span span_of(const Tokens& tokens, antlr4::ParserRuleContext& context);
const Token& token_of(const Tokens& tokens, antlr4::tree::TerminalNode& node);
ast::Name build_name(const Tokens& tokens, antlr4::tree::TerminalNode& node);

// `expr` is a context of the grammar's rule of that name.
ast::ExprPtr build_expression(const Tokens& tokens, antlr4::ParserRuleContext& expr);

}  // namespace rnnc::parse
