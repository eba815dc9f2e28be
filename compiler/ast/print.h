// The printer that is `rnnc fmt`.
#pragma once

#include <string>
#include <string_view>

#include "compiler/ast/ast.h"

namespace rnnc::ast {

// The file in the house style: one statement a line, two blanks of indentation, aligned `=` and `:` within a
// block as docs/language.md prints it, lines of at most 100 columns where a pipeline or a list can be broken.
// Keeps every comment and single blank lines between groups, and the notation that was written (⊙ stays ⊙).
// Printing what it printed changes nothing. `source` is the text that `file` was parsed from.
std::string print(const File& file, std::string_view source);

// One expression on one line, as diagnostics quote it.
std::string print(const Expr& expr);

}  // namespace rnnc::ast
