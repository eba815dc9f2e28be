// A syntax error in the user's terms: what was probably meant, told from the tokens around the place where
// reading stopped.
#pragma once

#include <algorithm>
#include <optional>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parse/outline.h"
#include "compiler/parse/token.h"

namespace rnnc::parse {

// What the parser was in the middle of.
enum class Part {
  file,         // between declarations
  declaration,  // an import or a function
  header,       // name and settings of a cell or model
  body,         // between statements, or at the braces around them
  statement,
  block,  // between the lines of `train` or `stored`, or at the braces around them
  item,   // one of these lines
};

// Where reading stopped and what is known there.
struct Site {
  const Tokens& tokens;
  const Outline& outline;
  size_t at;           // the first token that cannot stand where it stands
  Part part;           // which `at` interrupts
  size_t start;        // the first token of the part, or `at` if that is between others
  Part last_part;      // which `at` interrupts or, between others, follows
  size_t last_start;   // the first token of that
  size_t declaration;  // the first token of the declaration around it, or kNoToken
  size_t brace;        // the `{` of the body or block around it, or kNoToken
  KindSet expected;    // what could have stood at `at`

  const Token& here() const { return tokens[at]; }
  // The token before `at`, or the end of the file if there is none.
  const Token& before() const { return at > 0 ? tokens[at - 1] : tokens.back(); }
  // The token `ahead` places after `at`, at most the end of the file.
  const Token& after(size_t ahead) const { return tokens[std::min(at + ahead, tokens.size() - 1)]; }
  Kind kind() const { return here().kind; }
  Kind first_kind() const { return tokens[last_start].kind; }
  bool expects(Kind kind) const { return expected.contains(kind); }
  bool expects_expression() const { return expects(Kind::number) && expects(Kind::root); }
  bool expects_operator() const { return expects(Kind::plus); }
  // The part begins where an expression could not go on, on the same line: x in `h = W x`.
  bool begins_amid_line() const {
    return start > 0 && !tokens[start].first_on_line && ends_operand(tokens[start - 1].kind);
  }
};

struct Slip {
  diagnostics::Diagnostic diagnostic;
  size_t blame;  // the token at fault: reading may go on at any statement after it, even before `at`
};

Slip explain(const Site& site);

// The innermost `(` or `[` of the statement or declaration that is still open at `at`, or kNoToken.
size_t innermost_open(const Site& site);

// The explanations by family, each none if it does not apply. `explain` takes the first that does.
using Explanation = std::optional<Slip>;

Explanation explain_unclosed_body(const Site& site);
Explanation explain_unclosed_bracket(const Site& site);
Explanation explain_unopened_bracket(const Site& site);

Explanation explain_foreign_operator(const Site& site);
Explanation explain_text(const Site& site);
Explanation explain_character(const Site& site);
Explanation explain_braces(const Site& site);
Explanation explain_bracket_contents(const Site& site);

Explanation explain_foreign_word(const Site& site);
Explanation explain_misplaced_declaration(const Site& site);
Explanation explain_misplaced_statement(const Site& site);
Explanation explain_reserved_word(const Site& site);

Explanation explain_header(const Site& site);
Explanation explain_function(const Site& site);
Explanation explain_import(const Site& site);

Explanation explain_statement_sign(const Site& site);
Explanation explain_shape(const Site& site);
Explanation explain_left_side(const Site& site);
Explanation explain_block(const Site& site);

Explanation explain_incomplete_line(const Site& site);
Explanation explain_missing_operand(const Site& site);
Explanation explain_missing_operator(const Site& site);
Explanation explain_member(const Site& site);

// A slip at one token, or over the tokens from `from` to `to`, both included.
Slip slip(const Site& site, diagnostics::Code code, size_t blame, std::string_view message, std::string help);
Slip slip(const Site& site, diagnostics::Code code, size_t from, size_t to, std::string_view message,
          std::string help);

}  // namespace rnnc::parse
