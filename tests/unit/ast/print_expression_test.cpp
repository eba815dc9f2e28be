#include <gtest/gtest.h>

#include "compiler/ast/print.h"

namespace rnnc::ast {
namespace {

// Trees by hand; the tests of whole files take them from the parser.
template <class Node>
ExprPtr make(Node node) {
  auto expr = std::make_unique<Expr>();
  expr->node = std::move(node);
  return expr;
}

ExprPtr name(const char* text) { return make(NameRef{text}); }
ExprPtr number(const char* spelling) { return make(Number{std::stod(spelling), spelling, true}); }
ExprPtr binary(BinaryOp op, ExprPtr left, ExprPtr right, const char* spelling = "") {
  return make(Binary{op, std::move(left), std::move(right), spelling});
}

template <class... Values>
std::vector<Argument> arguments(Values... values) {
  std::vector<Argument> result;
  (result.push_back({std::nullopt, std::move(values)}), ...);
  return result;
}

ExprPtr call(const char* callee, ExprPtr argument) {
  return make(Call{name(callee), arguments(std::move(argument))});
}
ExprPtr bracket(const char* object, ExprPtr argument) {
  return make(Bracket{name(object), arguments(std::move(argument))});
}

std::string printed(const ExprPtr& expr) { return print(*expr); }

TEST(PrintExpression, KeepsTheNotation) {
  EXPECT_EQ(printed(binary(BinaryOp::multiply, name("f"), name("c"), "⊙")), "f ⊙ c");
  EXPECT_EQ(printed(make(Negate{make(Number{0, "∞", false})})), "-∞");
  EXPECT_EQ(printed(make(Root{name("K")})), "√K");
}

TEST(PrintExpression, WritesOperatorsWithoutASpellingInAscii) {
  const std::pair<BinaryOp, const char*> all[] = {
      {BinaryOp::add, "a + b"},    {BinaryOp::subtract, "a - b"},       {BinaryOp::multiply, "a * b"},
      {BinaryOp::divide, "a / b"}, {BinaryOp::power, "a ^ b"},          {BinaryOp::contract, "a @ b"},
      {BinaryOp::less, "a < b"},   {BinaryOp::less_equal, "a <= b"},    {BinaryOp::greater, "a > b"},
      {BinaryOp::equal, "a == b"}, {BinaryOp::greater_equal, "a >= b"}, {BinaryOp::not_equal, "a != b"},
  };
  for (const auto& [op, text] : all) EXPECT_EQ(printed(binary(op, name("a"), name("b"))), text);
}

TEST(PrintExpression, WritesADelayWithoutBlanks) {
  EXPECT_EQ(printed(bracket("h", binary(BinaryOp::subtract, make(Time{}), number("1"), "−"))), "h[t−1]");
  EXPECT_EQ(printed(bracket("x", binary(BinaryOp::add, make(Time{}), name("K")))), "x[t+K]");
  EXPECT_EQ(printed(bracket("x", make(Time{}))), "x[t]");
  EXPECT_EQ(printed(bracket("linear", binary(BinaryOp::multiply, number("2"), name("H")))), "linear[2 * H]");
  ExprPtr product = binary(BinaryOp::multiply, number("2"), name("K"));
  EXPECT_EQ(printed(bracket("x", binary(BinaryOp::subtract, make(Time{}), std::move(product)))),
            "x[t - 2 * K]");
}

TEST(PrintExpression, WritesParenthesesWhereTheyWereWrittenAndNowhereElse) {
  ExprPtr sum = make(Parens{binary(BinaryOp::add, name("a"), name("b"))});
  EXPECT_EQ(printed(binary(BinaryOp::multiply, std::move(sum), name("c"))), "(a + b) * c");
}

TEST(PrintExpression, WritesCallsSettingsMembersAndLists) {
  std::vector<Argument> values = arguments(name("x"));
  values.push_back({Name{"h", {}}, binary(BinaryOp::multiply, name("r"), name("h"))});
  EXPECT_EQ(printed(make(Call{name("linear"), std::move(values)})), "linear(x, h = r * h)");
  EXPECT_EQ(printed(make(Bracket{name("linear"), {}})), "linear[]");
  EXPECT_EQ(printed(make(Member{make(Member{name("y"), {"0", {}}}), {"c", {}}})), "y.0.c");
  std::vector<ExprPtr> parts;
  parts.push_back(name("a"));
  parts.push_back(call("f", name("b")));
  EXPECT_EQ(printed(make(Concat{std::move(parts)})), "[a, f(b)]");
}

TEST(PrintExpression, StaysOnOneLineHoweverLong) {
  ExprPtr pipeline = name("text");
  std::string expected = "text";
  for (int i = 0; i < 40; ++i) {
    pipeline = make(Pipe{std::move(pipeline), bracket("LSTM", name("H"))});
    expected += " |> LSTM[H]";
  }
  EXPECT_EQ(printed(pipeline), expected);
}

}  // namespace
}  // namespace rnnc::ast
