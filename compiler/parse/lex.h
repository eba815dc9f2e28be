// Text to tokens.
#pragma once

#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/parse/token.h"

namespace rnnc::parse {

struct Lexed {
  Tokens tokens;
  std::vector<ast::Comment> comments;
};

// `source` must be valid UTF-8 (text_limits.h). Nothing is wrong at this level: what no rule of the grammar
// accepts becomes a token like any other, and whoever meets it says so.
Lexed lex(const support::SourceFile& source, support::FileId file);

}  // namespace rnnc::parse
