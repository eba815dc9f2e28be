#include <cmath>

#include "tests/unit/parse/parsed.h"
#include "tests/unit/parse/shape_of.h"

namespace rnnc::parse {
namespace {

const ast::Expr& value_of(const Valid& parsed) {
  return *std::get<ast::Equation>(parsed.statement().node).value;
}

std::string shape(std::string_view expression) {
  return shape_of(value_of(Valid(in_cell(fmt::format("y = {}", expression)))));
}

TEST(Expression, BindsTighterTheFurtherFromThePipe) {
  EXPECT_EQ(shape("a + b |> f"), "(pipe (add a b) f)");
  EXPECT_EQ(shape("a < b + c"), "(less a (add b c))");
  EXPECT_EQ(shape("a + b * c"), "(add a (multiply b c))");
  EXPECT_EQ(shape("-a * b"), "(multiply (negate a) b)");
  EXPECT_EQ(shape("-x ^ 2"), "(negate (power x 2))");
  EXPECT_EQ(shape("2 ^ -x * y"), "(multiply (power 2 (negate x)) y)");
  EXPECT_EQ(shape("√x ^ 2"), "(power (root x) 2)");
  EXPECT_EQ(shape("√h[t-1]"), "(root (bracket h (subtract TIME 1)))");
  EXPECT_EQ(shape("a * y.c(x)[2]"), "(multiply a (bracket (call (member y c) x) 2))");
}

TEST(Expression, GroupsToTheLeftButForPowers) {
  EXPECT_EQ(shape("a - b - c"), "(subtract (subtract a b) c)");
  EXPECT_EQ(shape("a / b @ c"), "(contract (divide a b) c)");
  EXPECT_EQ(shape("r * U @ h"), "(contract (multiply r U) h)");
  EXPECT_EQ(shape("x |> f |> g"), "(pipe (pipe x f) g)");
  EXPECT_EQ(shape("a ^ b ^ c"), "(power a (power b c))");
  EXPECT_EQ(shape("a < b < c"), "(less (less a b) c)");
}

TEST(Expression, ReadsTheSignsOfPapersLikeOurs) {
  EXPECT_EQ(shape("a ⊙ b ∘ c ∗ d"), "(multiply (multiply (multiply a b) c) d)");
  EXPECT_EQ(shape("W · x ⋅ y"), "(contract (contract W x) y)");
  EXPECT_EQ(shape("−a − b"), "(subtract (negate a) b)");
  EXPECT_EQ(shape("a ≤ b"), "(less_equal a b)");
  EXPECT_EQ(shape("a ≥ b"), "(greater_equal a b)");
  EXPECT_EQ(shape("a ≠ b"), "(not_equal a b)");
}

TEST(Expression, KeepsTheSpellingOfOperators) {
  Valid parsed(in_cell("y = a ⊙ b"));
  EXPECT_EQ(std::get<ast::Binary>(value_of(parsed).node).spelling, "⊙");
}

TEST(Expression, TellsBracketsParenthesesAndJoinsApart) {
  EXPECT_EQ(shape("LSTM[H, phi = tanh](x, h = z)"), "(call (bracket LSTM H phi=tanh) x h=z)");
  EXPECT_EQ(shape("linear[]"), "(bracket linear)");
  EXPECT_EQ(shape("f()"), "(call f)");
  EXPECT_EQ(shape("[a, [b]]"), "(concat a (concat b))");
  EXPECT_EQ(shape("(a)"), "(parens a)");
}

TEST(Expression, SplitsLayersOfStacksThatReadLikeOneNumber) {
  EXPECT_EQ(shape("y.0.c"), "(member (member y 0) c)");
  EXPECT_EQ(shape("y.0.1.c"), "(member (member (member y 0) 1) c)");
  Valid parsed(in_cell("y = y.0.1"));
  const auto& outer = std::get<ast::Member>(value_of(parsed).node);
  EXPECT_EQ(parsed.text(outer.member.span), "1");
  EXPECT_EQ(parsed.text(outer.object->span), "y.0");
  EXPECT_EQ(parsed.text(value_of(parsed).span), "y.0.1");
}

TEST(Expression, ReadsNumbers) {
  auto number = [](std::string_view text) {
    return std::get<ast::Number>(value_of(Valid(in_cell(fmt::format("y = {}", text)))).node);
  };
  EXPECT_EQ(number("42").value, 42);
  EXPECT_TRUE(number("42").whole);
  EXPECT_EQ(number("1e-3").value, 1e-3);
  EXPECT_EQ(number("1e-3").spelling, "1e-3");
  EXPECT_FALSE(number("1e3").whole);
  EXPECT_FALSE(number("2.0").whole);
  EXPECT_EQ(number("∞").value, INFINITY);
  EXPECT_FALSE(number("∞").whole);
}

TEST(Expression, KnowsItsPlaceInBytesOfTheText) {
  Valid parsed("# ⊙⊙⊙\ncell Ä {\n  ŷ = σ(Ŵ ⊙ h[t−1]) + 𝐛\n}\n");
  const auto& sum = std::get<ast::Binary>(value_of(parsed).node);
  EXPECT_EQ(parsed.text(value_of(parsed).span), "σ(Ŵ ⊙ h[t−1]) + 𝐛");
  EXPECT_EQ(parsed.text(sum.left->span), "σ(Ŵ ⊙ h[t−1])");
  EXPECT_EQ(parsed.text(sum.right->span), "𝐛");
  const auto& call = std::get<ast::Call>(sum.left->node);
  EXPECT_EQ(parsed.text(call.callee->span), "σ");
  EXPECT_EQ(parsed.text(call.arguments.at(0).value->span), "Ŵ ⊙ h[t−1]");
}

TEST(Expression, SpansItsBrackets) {
  Valid parsed(in_cell("y = f((a + b), [c])"));
  const auto& call = std::get<ast::Call>(value_of(parsed).node);
  EXPECT_EQ(parsed.text(call.arguments.at(0).value->span), "(a + b)");
  EXPECT_EQ(parsed.text(call.arguments.at(1).value->span), "[c]");
}

TEST(Expression, GoesOnOverLineBreaks) {
  Valid parsed(in_cell("y = x\n  |> f\n     [H]\n  |> g\n  z = y"));
  EXPECT_EQ(shape_of(value_of(parsed)), "(pipe (pipe x (bracket f H)) g)");
  EXPECT_EQ(parsed.body().statements.size(), 2u);
}

}  // namespace
}  // namespace rnnc::parse
