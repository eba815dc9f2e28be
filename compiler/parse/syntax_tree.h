// Tokens to ANTLR's tree.
#pragma once

#include <memory>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parse/token.h"

namespace antlr4 {
class ParserRuleContext;
}

namespace rnnc::parse {

// The tree of one file, with the parser that owns its nodes. Indices of ANTLR's tokens are those of `tokens`.
class SyntaxTree {
 public:
  explicit SyntaxTree(const Tokens& tokens);
  ~SyntaxTree();

  // A `file` of the grammar, or null after syntax errors, all of which are reported.
  antlr4::ParserRuleContext* read(diagnostics::Sink& sink);

 private:
  struct Machine;
  const Tokens& tokens_;
  std::unique_ptr<Machine> machine_;
};

}  // namespace rnnc::parse
