#include "tests/unit/parse/parsed.h"
#include "tests/unit/parse/shape_of.h"

namespace rnnc::parse {
namespace {

TEST(Declaration, CellAndModel) {
  Valid parsed("cell A[H, K = H, phi = tanh] { input x }\nmodel B {}\n");
  const ast::Body& cell = parsed.body(0);
  EXPECT_EQ(cell.kind, ast::BodyKind::cell);
  EXPECT_EQ(cell.name.text, "A");
  EXPECT_EQ(parsed.text(cell.name.span), "A");
  ASSERT_EQ(cell.settings.size(), 3u);
  EXPECT_EQ(cell.settings[0].name.text, "H");
  EXPECT_EQ(cell.settings[0].fallback, nullptr);
  EXPECT_EQ(shape_of(*cell.settings[2].fallback), "tanh");
  EXPECT_EQ(parsed.text(parsed.file->declarations[0].span), "cell A[H, K = H, phi = tanh] { input x }");

  EXPECT_EQ(parsed.body(1).kind, ast::BodyKind::model);
  EXPECT_TRUE(parsed.body(1).statements.empty());
}

TEST(Declaration, Function) {
  Valid parsed("fn leaky[a = 0.01](x, y) = max(a * x, y)  fn one() = 1");
  const auto& leaky = std::get<ast::Function>(parsed.file->declarations.at(0).node);
  EXPECT_EQ(leaky.name.text, "leaky");
  ASSERT_EQ(leaky.settings.size(), 1u);
  ASSERT_EQ(leaky.parameters.size(), 2u);
  EXPECT_EQ(leaky.parameters[1].text, "y");
  EXPECT_EQ(shape_of(*leaky.value), "(call max (multiply a x) y)");
  EXPECT_TRUE(std::get<ast::Function>(parsed.file->declarations.at(1).node).parameters.empty());
}

TEST(Declaration, Import) {
  Valid parsed("import \"my cells/ä.rnn\"");
  EXPECT_EQ(std::get<ast::Import>(parsed.file->declarations.at(0).node).path, "my cells/ä.rnn");
}

TEST(Declaration, NoneInAnEmptyFile) {
  for (const char* text : {"", "\n\n", "   ", "# only this", "\xEF\xBB\xBF", "\r\n\t\f\xC2\xA0"}) {
    Valid parsed(text);
    EXPECT_TRUE(parsed.file->declarations.empty()) << text;
    EXPECT_EQ(parsed.file->id, parsed.id);
  }
}

TEST(Declaration, MayFollowAByteOrderMark) {
  Valid parsed("\xEF\xBB\xBF# note\ncell Ä { h = x }");
  EXPECT_EQ(parsed.text(parsed.body().name.span), "Ä");
  EXPECT_EQ(parsed.text(parsed.statement().span), "h = x");
  EXPECT_EQ(parsed.text(parsed.file->comments.at(0).span), "# note");
  EXPECT_TRUE(parsed.file->comments.at(0).alone_on_line);
  EXPECT_EQ(parsed.file->declarations.at(0).documentation, "note");
}

TEST(Declaration, MayEndItsLinesLikeWindows) {
  Valid parsed("# note\r\ncell A {\r\n  h = x # why\r\n}\r\n");
  EXPECT_EQ(parsed.file->declarations.at(0).documentation, "note");
  EXPECT_EQ(parsed.file->comments.at(1).text, "# why");
}

// ---- names ----

TEST(Name, IsOneInBothItsEncodings) {
  Valid parsed("cell A { h\u0303 = x  output h\u0303  e\u0301 = \u00E9 }");
  const auto& equation = std::get<ast::Equation>(parsed.statement(2).node);
  EXPECT_EQ(equation.names[0].text, "\u00E9");
  EXPECT_EQ(parsed.text(equation.names[0].span), "e\u0301") << "the span is that of the text as written";
  EXPECT_EQ(std::get<ast::NameRef>(equation.value->node).text, "\u00E9");
  // h̃ has no composed form.
  EXPECT_EQ(std::get<ast::Equation>(parsed.statement(0).node).names[0].text, "h\u0303");
}

TEST(Name, IsNormalisedWhereverItStands) {
  Valid parsed(
      "cell E\u0301[e\u0301 = 1] { param e\u0301.e\u0301 ~ f(e\u0301 = y.e\u0301)  stored { e\u0301 = W }  "
      "train { e\u0301 = 1 } }");
  EXPECT_EQ(parsed.body().name.text, "\u00C9");
  EXPECT_EQ(parsed.body().settings[0].name.text, "\u00E9");
  const auto& param = std::get<ast::Param>(parsed.statement(0).node);
  EXPECT_EQ(param.paths[0].text(), "\u00E9.\u00E9");
  EXPECT_EQ(shape_of(*param.initialiser), "(call f \u00E9=(member y \u00E9))");
  EXPECT_EQ(std::get<ast::Stored>(parsed.statement(1).node).tensors[0].names[0].text(), "\u00E9");
  EXPECT_EQ(std::get<ast::Train>(parsed.statement(2).node).settings[0].key.text, "\u00E9");
}

TEST(Name, MayHaveGreekLettersAccentsSubscriptsAndPrimes) {
  for (const char* name : {"σ", "W_xh", "h̃", "x̂", "h₁", "h′", "_", "ĉ_2", "μ_r", "変数"}) {
    Valid parsed(in_cell(fmt::format("{} = 1", name)));
    EXPECT_EQ(parsed.text(std::get<ast::Equation>(parsed.statement().node).names[0].span), name);
  }
}

// ---- comments ----

TEST(Comments, KeepTextPlaceAndWhetherTheyStandAlone) {
  Valid parsed("# first\ncell A {  # ⊙ after\n  # inside\n  h = x\n}#last");
  std::vector<std::string> texts;
  std::vector<bool> alone;
  for (const ast::Comment& comment : parsed.file->comments) {
    EXPECT_EQ(parsed.text(comment.span), comment.text);
    texts.push_back(comment.text);
    alone.push_back(comment.alone_on_line);
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"# first", "# ⊙ after", "# inside", "#last"}));
  EXPECT_EQ(alone, (std::vector<bool>{true, false, true, false}));
}

TEST(Comments, OfTheBlockRightAboveDocumentADeclaration) {
  Valid parsed(
      "# not this\n"
      "\n"
      "# Long short-term memory.\n"
      "#   indented\n"
      "#\n"
      "#close\n"
      "cell A {}\n"
      "fn f(x) = x  # beside\n"
      "fn g(x) = x\n"
      "# two\n"
      "fn h(x) = x fn i(x) = x\n");
  std::vector<std::string> texts;
  for (const ast::Declaration& declaration : parsed.file->declarations)
    texts.push_back(declaration.documentation);
  EXPECT_EQ(texts,
            (std::vector<std::string>{"Long short-term memory.\n  indented\n\nclose", "", "", "two", ""}));
}

TEST(Comments, HideBracketsAndQuotes) {
  Valid parsed("# ((( \" {\ncell A { h = x # ]]]\n}");
  EXPECT_EQ(parsed.body().statements.size(), 1u);
}

}  // namespace
}  // namespace rnnc::parse
