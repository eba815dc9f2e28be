#include "tests/unit/parse/parsed.h"

namespace rnnc::parse {
namespace {

using Errors = std::vector<std::string>;

// The codes and lines alone: what is said is the matter of the tests on slips.
Errors places(std::string text) {
  Errors result;
  for (const std::string& error : Parsed(std::move(text)).errors())
    result.push_back(error.substr(0, error.find(':')));
  return result;
}

TEST(Recovery, FindsEverySlipOfABody) {
  EXPECT_EQ(
      places("cell A[H] {\n"
             "  input x\n"
             "  let a = x\n"
             "  b = tanh(x\n"
             "  c == x\n"
             "  d = x +\n"
             "  e = W x\n"
             "  f = x &\n"
             "  output = f\n"
             "  state g\n"
             "}\n"),
      (Errors{"E0114 3", "E0106 4", "E0123 5", "E0103 6", "E0105 7", "E0120 8", "E0104 9", "E0122 10"}));
}

TEST(Recovery, FindsTheSlipsOfEveryDeclaration) {
  EXPECT_EQ(
      places("import cells\n"
             "fn f(x) { x }\n"
             "cell A(H) {\n"
             "  input x +\n"
             "}\n"
             "class B {\n"
             "  whatever stands here\n"
             "}\n"
             "model C {\n"
             "  loss = x\n"
             "}\n"
             "h = x\n"
             "fn g(x) = \n"),
      (Errors{"E0111 1", "E0110 2", "E0109 3", "E0101 4", "E0114 6", "E0123 10", "E0113 12", "E0103 13"}));
}

TEST(Recovery, ReadsOnAfterAHeaderWithoutBrace) {
  EXPECT_EQ(places("cell A[H]\n  input x\n  h = x +\n}\ncell B { h = }\n"),
            (Errors{"E0109 2", "E0103 3", "E0103 5"}));
  EXPECT_EQ(places("cell A[H\n{\n  h = +\n}\n"), (Errors{"E0106 1", "E0103 3"}));
  EXPECT_EQ(places("cell A[4 {\n  h = +\n}\n"), (Errors{"E0106 1", "E0103 2"}));
}

TEST(Recovery, TakesALineThatBeginsADeclarationForTheEndOfABody) {
  EXPECT_EQ(places("cell A {\n  h = x\ncell B {\n  h = +\n}\nfn f(x) =\n"),
            (Errors{"E0108 1", "E0103 4", "E0103 6"}));
  EXPECT_EQ(places("cell A {\n  train { lr = 1\n  output h\n}\ncell B { h = + }"),
            (Errors{"E0108 2", "E0103 5"}));
}

TEST(Recovery, TakesAnIndentedDeclarationForOneInside) {
  EXPECT_EQ(places("cell A {\n  cell B {\n    h = x\n  }\n  h = +\n}\n"), (Errors{"E0112 2", "E0103 5"}));
  EXPECT_EQ(places("  cell A {\n  h = x\n  cell B {}\n"), (Errors{"E0108 1"}))
      << "indented alike, so side by side";
}

TEST(Recovery, PassesOverLinesInsideBracketsThatAreClosed) {
  EXPECT_EQ(places(in_cell("h = f(a b,\n    init = c,\n    d)\n  e = +")), (Errors{"E0105 2", "E0103 5"}));
  EXPECT_EQ(places(in_cell("for i in x {\n    a = +\n    b = +\n  }\n  c = +")),
            (Errors{"E0114 2", "E0103 6"}));
}

TEST(Recovery, GoesOnWithinBlocks) {
  EXPECT_EQ(places(in_cell("train {\n    lr: 3\n    clip = 5\n    batch =\n  }\n  h = +")),
            (Errors{"E0126 3", "E0103 5", "E0103 7"}));
  EXPECT_EQ(places(in_cell("stored {\n    a + = W\n    b = [W\n    c = W\n  }\n  h = +")),
            (Errors{"E0104 3", "E0106 4", "E0103 7"}));
}

TEST(Recovery, SaysOneThingAboutAFileThatIsCutOff) {
  std::string whole =
      "cell A[H] {\n  input x: [X]\n  h = tanh(linear(x, h[t-1]) + [x])\n  stored { a = W }\n}\n";
  for (size_t length = 1; length + 2 < whole.size(); ++length) {
    EXPECT_EQ(places(whole.substr(0, length)).size(), 1u) << whole.substr(0, length);
  }
}

TEST(Recovery, PointsAtABraceThatClosesTheWrongBody) {
  Parsed parsed("cell A {\n  train {\n    lr = 1\n}\n\ncell B {}\n");
  ASSERT_EQ(parsed.sink.sorted().size(), 1u);
  auto related = parsed.sink.sorted().front().related;
  ASSERT_EQ(related.size(), 2u);
  EXPECT_EQ(parsed.sources.file(parsed.id).position(related[0].span.begin).line, 4u);
  EXPECT_EQ(parsed.text(related[1].span), "cell");
}

TEST(Recovery, ReportsHabitsOnce) {
  Parsed parsed(in_cell("a = x; // one\n  b = x; // two\n  c = x;\n  dₜ = eₜ₋₁"));
  ASSERT_EQ(parsed.errors().size(), 3u);
  for (const auto& diagnostic : parsed.sink.sorted())
    EXPECT_EQ(diagnostic.notes.size(), 1u) << diagnostic.message;
}

TEST(Recovery, StopsAfterAHundredErrors) {
  std::string text = "cell A {\n";
  for (int i = 0; i < 1000; ++i) text += "  h = §\n";
  Parsed parsed(text + "}\n");
  EXPECT_EQ(parsed.errors().size(), kMaxSyntaxErrors);
  EXPECT_EQ(parsed.sink.sorted().back().notes.size(), 1u);
}

// Reading must come to an end with something to say, wherever a token is lost.
TEST(Recovery, SurvivesTheLossOfAnyWord) {
  std::string whole =
      "import \"a.rnn\" fn f[a = 1](x, y) = x * √y\n"
      "cell A[H, K = 2] {\n  input x: seq [X] state h, c: [H] = -1\n  param W.a: [H] ~ f(1, b = 2)\n"
      "  gate i, f: [H] = σ(W @ [h[t-1], x]) |> g\n  stored { a + b = [i.b, f.b] }\n  train { lr = 1e-3 }\n  "
      "output y = h.c\n}\n";
  for (size_t begin = 0; begin < whole.size(); ++begin) {
    for (size_t length = 1; length < 9 && begin + length <= whole.size(); ++length) {
      Parsed parsed(std::string(whole).erase(begin, length));
      EXPECT_EQ(parsed.file.has_value(), parsed.errors().empty());
      EXPECT_LE(parsed.errors().size(), 4u)
          << std::string(whole).erase(begin, length) << ::testing::PrintToString(parsed.errors());
    }
  }
}

}  // namespace
}  // namespace rnnc::parse
