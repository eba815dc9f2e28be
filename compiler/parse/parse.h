// Text to syntax tree. ANTLR begins and ends in this room.
#pragma once

#include <optional>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/support/source.h"

namespace rnnc::parse {

// Limits that are taken on the bytes, before a lexer sees them.
inline constexpr size_t kMaxBytes = 1 << 20;
inline constexpr size_t kMaxNesting = 200;

// The height of a tree of expressions is at most this: every walk over it may recurse. Brackets and each
// operator in a row count one, so a sum may have about so many terms.
inline constexpr size_t kMaxDepth = 500;

// One file reports no more syntax errors than this.
inline constexpr size_t kMaxSyntaxErrors = 100;

// Parses a file of `sources`. Every mistake becomes a diagnostic in the user's terms, and reading goes on at
// the next line that begins a statement, so that one slip gives one message. Returns no tree if there was an
// error.
std::optional<ast::File> parse(const support::SourceMap& sources, support::FileId file,
                               diagnostics::Sink& sink);

}  // namespace rnnc::parse
