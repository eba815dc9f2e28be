#include "tests/unit/parse/parsed.h"
#include "tests/unit/parse/shape_of.h"

namespace rnnc::parse {
namespace {

std::string joined(const std::vector<ast::Name>& names) {
  std::string result;
  for (const ast::Name& name : names) result += (result.empty() ? "" : " ") + name.text;
  return result;
}

std::string joined(const ast::Shape& shape) {
  std::string result = "[";
  for (const ast::ExprPtr& size : shape.sizes) result += (result.size() > 1 ? " " : "") + shape_of(*size);
  return result + "]";
}

std::string joined(const std::optional<ast::Shape>& shape) { return shape ? joined(*shape) : "none"; }

template <class Node>
const Node& only(const Valid& parsed) {
  EXPECT_EQ(parsed.body().statements.size(), 1u);
  return std::get<Node>(parsed.statement().node);
}

TEST(Statement, Input) {
  Valid bare(in_cell("input x, y"));
  EXPECT_EQ(joined(only<ast::Input>(bare).names), "x y");
  EXPECT_FALSE(only<ast::Input>(bare).type.has_value());

  Valid sequence(in_cell("input memory: seq [M, 2 * K]"));
  const ast::Type& type = *only<ast::Input>(sequence).type;
  EXPECT_TRUE(type.sequence);
  EXPECT_EQ(joined(type.shape), "[M (multiply 2 K)]");
  EXPECT_EQ(type.token, nullptr);
  EXPECT_EQ(sequence.text(type.span), "seq [M, 2 * K]");
}

TEST(Statement, Target) {
  Valid parsed(in_cell("target words: seq token[V]"));
  const auto& target = only<ast::Target>(parsed);
  EXPECT_EQ(joined(target.names), "words");
  EXPECT_TRUE(target.type.sequence);
  EXPECT_FALSE(target.type.shape.has_value());
  EXPECT_EQ(shape_of(*target.type.token), "V");
}

TEST(Statement, State) {
  Valid parsed(in_cell("state h, c: [] = -∞"));
  const auto& state = only<ast::State>(parsed);
  EXPECT_EQ(joined(state.names), "h c");
  EXPECT_EQ(joined(state.shape), "[]");
  EXPECT_EQ(parsed.text(state.shape.span), "[]");
  EXPECT_EQ(shape_of(*state.first), "(negate ∞)");
  EXPECT_EQ(only<ast::State>(Valid(in_cell("state h: [H]"))).first, nullptr);
}

TEST(Statement, Param) {
  Valid parsed(in_cell("param W, f.b, y.LSTM.0.1.b_2: [H, X] ~ uniform(-1, 1)"));
  const auto& param = only<ast::Param>(parsed);
  ASSERT_EQ(param.paths.size(), 3u);
  EXPECT_EQ(param.paths[1].text(), "f.b");
  EXPECT_EQ(param.paths[2].parts, (std::vector<std::string>{"y", "LSTM", "0", "1", "b_2"}));
  EXPECT_EQ(parsed.text(param.paths[2].span), "y.LSTM.0.1.b_2");
  EXPECT_EQ(joined(param.shape), "[H X]");
  EXPECT_EQ(shape_of(*param.initialiser), "(call uniform (negate 1) 1)");
  EXPECT_EQ(only<ast::Param>(Valid(in_cell("param b: [H]"))).initialiser, nullptr);
}

TEST(Statement, Equation) {
  Valid parsed(in_cell("gate i, f: [H] = σ(x)"));
  const auto& gate = only<ast::Equation>(parsed);
  EXPECT_TRUE(gate.gate);
  EXPECT_EQ(joined(gate.names), "i f");
  EXPECT_EQ(joined(gate.shape), "[H]");
  EXPECT_EQ(parsed.text(gate.names[1].span), "f");
  Valid plain(in_cell("h = x"));
  EXPECT_FALSE(only<ast::Equation>(plain).gate);
  EXPECT_EQ(joined(only<ast::Equation>(plain).shape), "none");
}

TEST(Statement, Output) {
  Valid bare(in_cell("output h, c"));
  EXPECT_EQ(joined(only<ast::Output>(bare).names), "h c");
  EXPECT_EQ(only<ast::Output>(bare).value, nullptr);
  Valid defined(in_cell("output y: [V] = h"));
  EXPECT_EQ(joined(only<ast::Output>(defined).shape), "[V]");
  EXPECT_EQ(shape_of(*only<ast::Output>(defined).value), "h");
}

TEST(Statement, Loss) {
  EXPECT_EQ(shape_of(*only<ast::Loss>(Valid(in_cell("loss -sum[V](y)"))).value),
            "(negate (call (bracket sum V) y))");
}

TEST(Statement, Train) {
  Valid parsed(in_cell("train { optimizer = adam  lr = cosine(2e-3, warmup = 500) }"));
  const auto& train = only<ast::Train>(parsed);
  ASSERT_EQ(train.settings.size(), 2u);
  EXPECT_EQ(train.settings[1].key.text, "lr");
  EXPECT_EQ(shape_of(*train.settings[1].value), "(call cosine 2e-3 warmup=500)");
}

TEST(Statement, Stored) {
  Valid parsed(in_cell("stored { weight = W  bias_ih + bias_hh = [i.b, f.b] }"));
  const auto& stored = only<ast::Stored>(parsed);
  ASSERT_EQ(stored.tensors.size(), 2u);
  ASSERT_EQ(stored.tensors[1].names.size(), 2u);
  EXPECT_EQ(stored.tensors[1].names[1].text(), "bias_hh");
  EXPECT_EQ(shape_of(*stored.tensors[1].value), "(concat (member i b) (member f b))");
}

TEST(Statement, SpansAllOfItsText) {
  Valid parsed(in_cell("input x  gate f = σ(x)\n  train { lr = 1 }  output f"));
  std::vector<std::string_view> texts;
  for (const ast::Statement& statement : parsed.body().statements)
    texts.push_back(parsed.text(statement.span));
  EXPECT_EQ(texts,
            (std::vector<std::string_view>{"input x", "gate f = σ(x)", "train { lr = 1 }", "output f"}));
}

TEST(Statement, NeedsNoSeparator) {
  Valid parsed("cell Tiny[H]{input x state h:[H]h=tanh(linear(x,h[t-1]))output h}");
  EXPECT_EQ(parsed.body().statements.size(), 4u);
}

}  // namespace
}  // namespace rnnc::parse
