#include "tests/unit/parse/parsed.h"

namespace rnnc::parse {
namespace {

std::string repeated(std::string_view part, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; ++i) result += part;
  return result;
}

std::string only_error(std::string text) {
  Parsed parsed(std::move(text));
  EXPECT_FALSE(parsed.file.has_value());
  EXPECT_EQ(parsed.errors().size(), 1u) << ::testing::PrintToString(parsed.errors());
  return parsed.errors().empty() ? "" : parsed.errors().front();
}

TEST(Limits, OnSize) {
  EXPECT_EQ(only_error(repeated("[", 10'000'000)),
            "E0002 1:1 `spec.rnn` is larger than 1048576 bytes, more than a spec may have");
  Valid largest(repeated("\n", kMaxBytes));
  EXPECT_EQ(only_error(repeated("\n", kMaxBytes + 1)).substr(0, 5), "E0002");
}

TEST(Limits, OnNesting) {
  EXPECT_EQ(only_error(repeated("(", 200'000)), "E0004 1:201 brackets are nested more than 200 deep");
  // The braces of the body count, too.
  Valid deepest(in_cell("y = " + repeated("(", kMaxNesting - 1) + "x" + repeated(")", kMaxNesting - 1)));
  EXPECT_EQ(only_error(in_cell("y = " + repeated("[", kMaxNesting) + "x" + repeated("]", kMaxNesting)))
                .substr(0, 5),
            "E0004");
}

TEST(Limits, DoNotCountBracketsInCommentsAndTexts) {
  std::string brackets = repeated("([{", 1000);
  Valid comment("# " + brackets + "\n");
  Valid text("import \"" + brackets + "\"\n");
  EXPECT_EQ(only_error("import \"" + brackets + "\n").substr(0, 5), "E0119") << "a text ends with its line";
}

TEST(Limits, OnChainsOfEveryKind) {
  for (std::string_view link : {"a + ", "a ^ ", "-", "√", "a |> ", "a == ", "a."}) {
    Valid longest(in_cell("y = " + repeated(link, kMaxDepth) + "a"));
    EXPECT_EQ(only_error(in_cell("y = " + repeated(link, kMaxDepth + 1) + "a")).substr(0, 5), "E0004")
        << link;
    EXPECT_EQ(only_error("fn f(x) = " + repeated(link, 50'000) + "a").substr(0, 5), "E0004") << link;
  }
  for (std::string_view link : {"(a)", "[a]", "()"}) {
    Valid longest(in_cell("y = a" + repeated(link, kMaxDepth)));
    EXPECT_EQ(only_error(in_cell("y = a" + repeated(link, kMaxDepth + 1))).substr(0, 5), "E0004") << link;
  }
}

TEST(Limits, AddUpOverBrackets) {
  std::string chain = repeated("a + ", 300);
  EXPECT_EQ(only_error(in_cell("y = " + chain + "(" + chain + "a)")).substr(0, 5), "E0004");
  EXPECT_EQ(only_error(in_cell("y = (" + chain + "a) + " + chain + "a")).substr(0, 5), "E0004");
  Valid beside(in_cell("y = f(" + chain + "a, " + chain + "a)\n  z = " + chain + "a"));
}

TEST(Limits, LeaveLongListsAndManyStatementsAlone) {
  Valid list(in_cell("y = [" + repeated("a, ", 20'000) + "a]"));
  std::string body;
  for (int i = 0; i < 20'000; ++i) body += fmt::format("x{} = a + b * c\n", i);
  Valid many(in_cell(body));
  EXPECT_EQ(many.body().statements.size(), 20'000u);
}

TEST(Limits, TextMustBeUtf8) {
  EXPECT_EQ(only_error("cell A {\n  c = \xE9t\xE9\n}\n"),
            "E0003 2:7 `spec.rnn` is not UTF-8 text: byte 15 (line 2, column 7) is 0xE9");
  for (std::string_view bad : {"\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "a\xFFz"}) {
    EXPECT_EQ(only_error(std::string(bad)).substr(0, 5), "E0003");
  }
}

TEST(Limits, SayWhatABinaryFileLooksLike) {
  Parsed utf16(
      std::string("\xFF\xFE"
                  "c\0e\0",
                  6));
  EXPECT_EQ(utf16.sink.sorted().at(0).help, "the file is UTF-16: save it as UTF-8");
  Parsed binary(std::string("PK\x03\x04\0\0", 6));
  EXPECT_EQ(binary.errors().at(0).substr(0, 5), "E0003");
  EXPECT_NE(binary.sink.sorted().at(0).help.find("binary"), std::string::npos);
}

// Unequal brackets stay shallow to a count of depth, but leave ever more of them open.
TEST(Limits, HoldForBracketsThatDoNotFit) {
  for (std::string_view part : {"(]", "[)", "{)", "(}", "){", "]("}) {
    Parsed parsed("fn f(x) = " + repeated(part, 30'000));
    EXPECT_FALSE(parsed.errors().empty());
  }
}

TEST(Limits, HoldForAnyTokenRepeated) {
#define RNNC_TOKEN(kind, grammar_name, quoted) std::string_view(quoted),
  std::vector<std::string_view> parts = {
#include "compiler/parse/token.def"
      "`a `", "`1 `", "`§`",  "`\"\"`", "`a\n`",      "`a = `",    "`, `",
      "`;`",  "`ₜ`",  "`**`", "`//\n`", "`cell A {`", "`cell A\n`"};
#undef RNNC_TOKEN
  for (std::string_view part : parts) {
    if (!part.starts_with('`')) continue;
    std::string word = std::string(part.substr(1, part.size() - 2)) + " ";
    Parsed alone(repeated(word, 3000));
    Parsed inside(in_cell(repeated(word, 3000)));
    EXPECT_EQ(alone.file.has_value(), alone.errors().empty()) << word;
    EXPECT_EQ(inside.file.has_value(), inside.errors().empty()) << word;
  }
}

}  // namespace
}  // namespace rnnc::parse
