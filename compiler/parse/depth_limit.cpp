#include "compiler/parse/depth_limit.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/parse/parse.h"

namespace rnnc::parse {

namespace {

// The expressions between two brackets of a pair.
struct Level {
  size_t links = 0;    // operators and brackets of the expression that is being read
  size_t operand = 0;  // height of its highest operand
  size_t highest = 0;  // of the expressions already read

  size_t height() const { return links + operand; }
  void end_expression() {
    highest = std::max(highest, height());
    links = operand = 0;
  }
};

// Expressions never stand side by side, so whatever cannot go on with one begins the next.
bool begins_expression(const Tokens& tokens, size_t at) {
  constexpr KindSet kSeparators = {Kind::comma, Kind::colon, Kind::assign, Kind::tilde};
  Kind kind = tokens[at].kind;
  if (kSeparators.contains(kind) || (is_keyword(kind) && kind != Kind::time)) return true;
  bool operand = kind == Kind::name || kind == Kind::number || kind == Kind::time;
  return operand && at > 0 && ends_operand(tokens[at - 1].kind);
}

}  // namespace

bool within_depth_limit(const Tokens& tokens, diagnostics::Sink& sink) {
  std::vector<Level> levels(1);
  for (size_t at = 0; at < tokens.size(); ++at) {
    Kind kind = tokens[at].kind;
    if (begins_expression(tokens, at)) levels.back().end_expression();
    if (is_opening(kind)) {
      levels.emplace_back();
    } else if (is_closing(kind) && levels.size() > 1) {
      levels.back().end_expression();
      size_t inner = levels.back().highest;
      levels.pop_back();
      if (kind == Kind::right_brace) continue;  // a body is no operand
      levels.back().operand = std::max(levels.back().operand, inner);
      ++levels.back().links;
    } else if (is_infix(kind) || kind == Kind::root) {
      ++levels.back().links;
    }
    if (levels.back().height() > kMaxDepth) {
      sink.report({.code = diagnostics::Code::nested_too_deeply,
                   .message = fmt::format("an expression has more than {} operators in a row", kMaxDepth),
                   .primary = {tokens[at].span, "one too many"},
                   .related = {},
                   .notes = {},
                   .help = "give parts of the expression names on lines of their own"});
      return false;
    }
  }
  return true;
}

}  // namespace rnnc::parse
