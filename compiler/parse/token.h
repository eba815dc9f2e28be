// Tokens as values. ANTLR's own stay inside lex.cpp and syntax.cpp.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "compiler/support/source.h"

namespace rnnc::parse {

enum class Kind : uint8_t {
  end_of_file,
#define RNNC_TOKEN(kind, grammar_name, quoted) kind,
#include "compiler/parse/token.def"
#undef RNNC_TOKEN
};

// "`=`", "a name": how a message speaks of any token of the kind.
std::string_view quoted(Kind kind);

struct Token {
  Kind kind;
  std::string_view text;  // of the source, which outlives every token
  support::Span span;
  uint32_t line;       // from 1
  uint32_t indent;     // bytes before the first token of its line
  bool first_on_line;  // nothing but blanks and comments before it
  bool glued;          // no blank between the token before and this one
};

// Without comments, and with one token of kind end_of_file at the end.
using Tokens = std::vector<Token>;

inline constexpr size_t kNoToken = SIZE_MAX;

class KindSet {
 public:
  constexpr KindSet() = default;
  constexpr KindSet(std::initializer_list<Kind> kinds) {
    for (Kind kind : kinds) insert(kind);
  }
  constexpr void insert(Kind kind) { bits_ |= bit(kind); }
  constexpr bool contains(Kind kind) const { return (bits_ & bit(kind)) != 0; }

 private:
  static constexpr uint64_t bit(Kind kind) { return uint64_t{1} << static_cast<unsigned>(kind); }
  uint64_t bits_ = 0;
};

// Words that cannot be names.
bool is_keyword(Kind kind);
// Begin a declaration, begin a statement (an equation, which begins with a name, aside).
bool is_declaration_keyword(Kind kind);
bool is_statement_keyword(Kind kind);
bool is_opening(Kind kind);
bool is_closing(Kind kind);
// Stand between two operands: + |> == .
bool is_infix(Kind kind);
// May be the last, the first token of an expression.
bool ends_operand(Kind kind);
bool begins_operand(Kind kind);

}  // namespace rnnc::parse
