#include "compiler/parse/build_expression.h"

#include <RnnParser.h>
#include <antlr4-runtime.h>

#include <charconv>
#include <limits>

#include "compiler/parse/names.h"
#include "compiler/support/check.h"

namespace rnnc::parse {

namespace {

using antlr4::tree::TerminalNode;
using grammar::RnnParser;

constexpr std::string_view kInfinity = "∞";

ast::Number number_of(std::string_view spelling) {
  if (spelling == kInfinity) return {std::numeric_limits<double>::infinity(), std::string(spelling), false};
  double value = 0;
  auto read = std::from_chars(spelling.data(), spelling.data() + spelling.size(), value);
  RNNC_CHECK(read.ec == std::errc(), "mend() let a number through that cannot be read");
  bool whole = spelling.find_first_not_of("0123456789") == std::string_view::npos;
  return {value, std::string(spelling), whole};
}

ast::BinaryOp binary_op(Kind kind) {
  using enum ast::BinaryOp;
  switch (kind) {
    case Kind::power:
      return power;
    case Kind::times:
      return multiply;
    case Kind::divide:
      return divide;
    case Kind::at:
      return contract;
    case Kind::plus:
      return add;
    case Kind::minus:
      return subtract;
    case Kind::less:
      return less;
    case Kind::less_equal:
      return less_equal;
    case Kind::greater:
      return greater;
    case Kind::greater_equal:
      return greater_equal;
    case Kind::equal:
      return equal;
    case Kind::not_equal:
      return not_equal;
    default:
      RNNC_UNREACHABLE("a token between two operands that is no operator");
  }
}

class ExpressionBuilder {
 public:
  explicit ExpressionBuilder(const Tokens& tokens) : tokens_(tokens) {}

  ast::ExprPtr build(RnnParser::ExprContext& context) {
    if (auto* c = dynamic_cast<RnnParser::NameContext*>(&context))
      return node(context, ast::NameRef{normalised(text(*c->NAME()))});
    if (auto* c = dynamic_cast<RnnParser::NumberContext*>(&context))
      return node(context, number_of(text(*c->NUMBER())));
    if (auto* c = dynamic_cast<RnnParser::BinaryContext*>(&context)) return binary(*c);
    if (auto* c = dynamic_cast<RnnParser::CallContext*>(&context)) {
      return node(context, ast::Call{build(*c->expr()), arguments(c->arguments())});
    }
    if (auto* c = dynamic_cast<RnnParser::BracketContext*>(&context)) {
      return node(context, ast::Bracket{build(*c->expr()), arguments(c->arguments())});
    }
    if (dynamic_cast<RnnParser::TimeContext*>(&context)) return node(context, ast::Time{});
    if (auto* c = dynamic_cast<RnnParser::MemberContext*>(&context)) return member(*c);
    if (auto* c = dynamic_cast<RnnParser::PipeContext*>(&context)) {
      return node(context, ast::Pipe{build(*c->expr(0)), build(*c->expr(1))});
    }
    if (auto* c = dynamic_cast<RnnParser::ConcatContext*>(&context)) return concat(*c);
    if (auto* c = dynamic_cast<RnnParser::ParensContext*>(&context))
      return node(context, ast::Parens{build(*c->expr())});
    if (auto* c = dynamic_cast<RnnParser::NegateContext*>(&context))
      return node(context, ast::Negate{build(*c->expr())});
    if (auto* c = dynamic_cast<RnnParser::RootContext*>(&context))
      return node(context, ast::Root{build(*c->expr())});
    RNNC_UNREACHABLE("an alternative of `expr` in Rnn.g4 that the builder does not know");
  }

 private:
  template <class Node>
  static ast::ExprPtr node(support::Span span, Node content) {
    return std::make_unique<ast::Expr>(ast::Expr{span, std::move(content)});
  }
  template <class Node>
  ast::ExprPtr node(antlr4::ParserRuleContext& context, Node content) const {
    return node(span_of(tokens_, context), std::move(content));
  }

  std::string_view text(TerminalNode& terminal) const { return token_of(tokens_, terminal).text; }

  ast::ExprPtr binary(RnnParser::BinaryContext& context) {
    auto* terminal = dynamic_cast<TerminalNode*>(context.children[1]);
    RNNC_CHECK(terminal != nullptr, "an operator stands between two operands");
    const Token& sign = token_of(tokens_, *terminal);
    ast::ExprPtr left = build(*context.expr(0));
    ast::ExprPtr right = build(*context.expr(1));
    return node(context,
                ast::Binary{binary_op(sign.kind), std::move(left), std::move(right), std::string(sign.text)});
  }

  // y.0.1 is two members, though the lexer takes `0.1` for one number.
  ast::ExprPtr member(RnnParser::MemberContext& context) {
    ast::ExprPtr object = build(*context.expr());
    if (context.NAME() != nullptr) {
      return node(context, ast::Member{std::move(object), build_name(tokens_, *context.NAME())});
    }
    const Token& number = token_of(tokens_, *context.NUMBER());
    support::Span whole = object->span;
    support::Span part = number.span;
    for (size_t begin = 0, end = 0; begin < number.text.size(); begin = end + 1) {
      end = std::min(number.text.find('.', begin), number.text.size());
      part.begin = number.span.begin + static_cast<uint32_t>(begin);
      part.end = whole.end = number.span.begin + static_cast<uint32_t>(end);
      ast::Name name = {std::string(number.text.substr(begin, end - begin)), part};
      object = node(whole, ast::Member{std::move(object), std::move(name)});
    }
    return object;
  }

  ast::ExprPtr concat(RnnParser::ConcatContext& context) {
    ast::Concat result;
    for (RnnParser::ExprContext* part : context.expr()) result.parts.push_back(build(*part));
    return node(context, std::move(result));
  }

  std::vector<ast::Argument> arguments(RnnParser::ArgumentsContext* context) {
    std::vector<ast::Argument> result;
    if (context == nullptr) return result;
    for (RnnParser::ArgumentContext* argument : context->argument()) {
      std::optional<ast::Name> name;
      if (argument->NAME() != nullptr) name = build_name(tokens_, *argument->NAME());
      result.push_back({std::move(name), build(*argument->expr())});
    }
    return result;
  }

  const Tokens& tokens_;
};

}  // namespace

support::Span span_of(const Tokens& tokens, antlr4::ParserRuleContext& context) {
  return support::join(tokens[context.getStart()->getTokenIndex()].span,
                       tokens[context.getStop()->getTokenIndex()].span);
}

const Token& token_of(const Tokens& tokens, TerminalNode& node) {
  return tokens[node.getSymbol()->getTokenIndex()];
}

ast::Name build_name(const Tokens& tokens, TerminalNode& node) {
  const Token& token = token_of(tokens, node);
  return {normalised(token.text), token.span};
}

ast::ExprPtr build_expression(const Tokens& tokens, antlr4::ParserRuleContext& expr) {
  auto* context = dynamic_cast<RnnParser::ExprContext*>(&expr);
  RNNC_CHECK(context != nullptr, "an expression is built from the rule `expr`");
  return ExpressionBuilder(tokens).build(*context);
}

}  // namespace rnnc::parse
