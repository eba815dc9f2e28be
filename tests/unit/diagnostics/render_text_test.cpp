#include <gtest/gtest.h>

#include "compiler/diagnostics/render.h"
#include "tests/unit/diagnostics/sources_for_test.h"

namespace rnnc::diagnostics {
namespace {

using support::SourceMap;
using support::Span;

constexpr std::string_view kSpeech =
    "# speech\n"
    "\n"
    "cell Bad[H, N] {\n"
    "  input x\n"
    "\n"
    "\n"
    "\n"
    "\n"
    "  state h, c: [H]\n"
    "\n"
    "  gate f: [N] = sigmoid(linear(x))\n"
    "\n"
    "\n"
    "  c = f * c[t-1] + i * g\n"
    "}\n";

class RenderText : public testing::Test {
 protected:
  SourceMap sources;
  support::FileId speech = sources.add("speech.rnn", std::string(kSpeech));

  std::string text(const Diagnostic& diagnostic) const { return render_text(diagnostic, sources, false); }
  Span at(std::string_view part, int nth = 0) const { return find(sources, speech, part, nth); }
};

TEST_F(RenderText, ShowsTheTwoShapesThatDisagreeAndWhereEachComesFrom) {
  Diagnostic diagnostic{kAnError,
                        "`f` does not fit `c`: [N] beside [H], which has no dimension N",
                        {at("f * c"), "[N], from its declaration on line 11"},
                        {{at("c: [H]"), "`c` is declared [H] here"}},
                        {},
                        "declare `gate f: [H]`, or take sum[N](f)"};
  diagnostic.primary.span.end = diagnostic.primary.span.begin + 1;
  diagnostic.related[0].span.end = diagnostic.related[0].span.begin + 1;
  EXPECT_EQ(text(diagnostic),
            "error[E0001]: `f` does not fit `c`: [N] beside [H], which has no dimension N\n"
            "  --> speech.rnn:14:7\n"
            "   |\n"
            " 9 |   state h, c: [H]\n"
            "   |            - `c` is declared [H] here\n"
            "14 |   c = f * c[t-1] + i * g\n"
            "   |       ^ [N], from its declaration on line 11\n"
            "   = help: declare `gate f: [H]`, or take sum[N](f)\n");
}

TEST_F(RenderText, HangsTheTextsOfSeveralLabelsOnOneLine) {
  Diagnostic diagnostic{kAnError,
                        "three on a line",
                        {at("c[t-1]"), "the step before"},
                        {{at("c = f"), ""}, {at("i * g"), "fresh"}, {at("f * c"), "a gate"}},
                        {},
                        ""};
  diagnostic.related[0].span.end -= 4;
  diagnostic.related[2].span.end -= 4;
  EXPECT_EQ(text(diagnostic),
            "error[E0001]: three on a line\n"
            "  --> speech.rnn:14:11\n"
            "   |\n"
            "14 |   c = f * c[t-1] + i * g\n"
            "   |   -   -   ^^^^^^   ----- fresh\n"
            "   |       |   |\n"
            "   |       |   the step before\n"
            "   |       a gate\n");
}

TEST_F(RenderText, LetsAPartStandOutOfAMarkedWhole) {
  Diagnostic diagnostic{kAnError, "inside", {at("f * c[t-1]"), "the product"}, {{at("c[t-1]"), "its memory"}},
                        {},       ""};
  EXPECT_EQ(text(diagnostic),
            "error[E0001]: inside\n"
            "  --> speech.rnn:14:7\n"
            "   |\n"
            "14 |   c = f * c[t-1] + i * g\n"
            "   |       ^^^^------ its memory\n"
            "   |       |\n"
            "   |       the product\n");
}

TEST_F(RenderText, SaysNothingBehindSignsThatAnotherLabelEnds) {
  Diagnostic diagnostic{kAnError, "inside", {at("c[t-1]"), "its memory"}, {{at("c[t-1] + i"), "the sum"}},
                        {},       ""};
  EXPECT_EQ(text(diagnostic),
            "error[E0001]: inside\n"
            "  --> speech.rnn:14:11\n"
            "   |\n"
            "14 |   c = f * c[t-1] + i * g\n"
            "   |           ^^^^^^---- the sum\n"
            "   |           |\n"
            "   |           its memory\n");
}

TEST_F(RenderText, NamesTheOtherFileOfARelatedLabel) {
  support::FileId library = sources.add("library.rnn", "cell LSTM[H] {\n  input x\n}\n");
  Diagnostic diagnostic{kAnError,
                        "a cell of that name is there",
                        {at("Bad"), ""},
                        {{find(sources, library, "LSTM"), "declared here"}},
                        {"one's own names hide the library's"},
                        "take another name"};
  EXPECT_EQ(text(diagnostic),
            "error[E0001]: a cell of that name is there\n"
            " --> speech.rnn:3:6\n"
            "  |\n"
            "3 | cell Bad[H, N] {\n"
            "  |      ^^^\n"
            "  |\n"
            " ::: library.rnn:1:6\n"
            "  |\n"
            "1 | cell LSTM[H] {\n"
            "  |      ---- declared here\n"
            "  = note: one's own names hide the library's\n"
            "  = help: take another name\n");
}

TEST_F(RenderText, MarksEveryLineOfAShortSpan) {
  support::FileId file = sources.add("deep.rnn", "model M {\n  O = x |> a\n\n        |> b\n}\n");
  Diagnostic diagnostic{
      kAnError, "spans lines", {find(sources, file, "x |> a\n\n        |> b"), "all of it"}, {}, {}, ""};
  EXPECT_EQ(text(diagnostic),
            "error[E0001]: spans lines\n"
            " --> deep.rnn:2:7\n"
            "  |\n"
            "2 |   O = x |> a\n"
            "  |       ^^^^^^\n"
            "3 |\n"
            "4 |         |> b\n"
            "  |         ^^^^ all of it\n");
}

TEST_F(RenderText, MarksTheEndsOfALongSpan) {
  Span all = at("cell");
  all.end = static_cast<uint32_t>(kSpeech.size());
  EXPECT_EQ(text({kAnError, "spans lines", {all, "this cell"}, {}, {}, ""}),
            "error[E0001]: spans lines\n"
            "  --> speech.rnn:3:1\n"
            "   |\n"
            " 3 | cell Bad[H, N] {\n"
            "   | ^^^^^^^^^^^^^^^^\n"
            "...\n"
            "15 | }\n"
            "   | ^ this cell\n");
}

TEST_F(RenderText, CountsColumnsAsATerminalDoes) {
  // A tab, a letter with a combining mark (two code points, one column) and two wide characters.
  support::FileId file = sources.add("wide.rnn", "\th\u0303 = 記憶 + oops\n");
  Diagnostic diagnostic{kAnError,
                        "wide",
                        {find(sources, file, "oops"), "here"},
                        {{find(sources, file, "記憶"), "two characters, four columns"}},
                        {},
                        ""};
  EXPECT_EQ(text(diagnostic),
            "error[E0001]: wide\n"
            " --> wide.rnn:1:12\n"
            "  |\n"
            "1 |     h\u0303 = 記憶 + oops\n"
            "  |         ----   ^^^^ here\n"
            "  |         |\n"
            "  |         two characters, four columns\n");
}

TEST_F(RenderText, ShowsControlCharactersAndInvalidBytesWithoutObeyingThem) {
  support::FileId file = sources.add("evil.rnn", "a\x1b[2J \u202E \xff b\r\n");
  EXPECT_EQ(text({kAnError, "evil \x1b[2J", {find(sources, file, "b"), "here"}, {}, {}, ""}),
            "error[E0001]: evil ␛[2J\n"
            " --> evil.rnn:1:11\n"
            "  |\n"
            "1 | a␛[2J \uFFFD \uFFFD b\n"
            "  |           ^ here\n");
}

TEST_F(RenderText, PointsBehindTheLastCharacterOfAFile) {
  support::FileId file = sources.add("end.rnn", "cell A {");
  EXPECT_EQ(text({kAnError, "ends", {{file, 8, 8}, "`}` is missing"}, {}, {}, ""}),
            "error[E0001]: ends\n"
            " --> end.rnn:1:9\n"
            "  |\n"
            "1 | cell A {\n"
            "  |         ^ `}` is missing\n");
}

TEST_F(RenderText, CutsALineThatNoTerminalHolds) {
  std::string line = "cell A[H] { " + std::string(300, 'x') + " oops " + std::string(300, 'y') + " }\n";
  support::FileId file = sources.add("long.rnn", line);
  EXPECT_EQ(text({kAnError, "far right", {find(sources, file, "oops"), "here"}, {}, {}, ""}),
            "error[E0001]: far right\n"
            " --> long.rnn:1:314\n"
            "  |\n"
            "1 | …" +
                std::string(19, 'x') + " oops " + std::string(75, 'y') +
                "…\n"
                "  | " +
                std::string(21, ' ') + "^^^^ here\n");
}

TEST_F(RenderText, NeedsNoSource) {
  Diagnostic diagnostic{kAnError, "`speech.rnn` is a folder",  {{}, "what was named on the command line"},
                        {},       {"first line\nsecond line"}, "name a file"};
  EXPECT_EQ(text(diagnostic),
            "error[E0001]: `speech.rnn` is a folder\n"
            "  = note: what was named on the command line\n"
            "  = note: first line\n"
            "          second line\n"
            "  = help: name a file\n");
}

TEST_F(RenderText, ColoursWithoutChangingTheText) {
  Diagnostic diagnostic{kAnError,   "colours",  {at("c[t-1]"), "primary"}, {{at("i * g"), "related"}},
                        {"a note"}, "some help"};
  std::string coloured = render_text(diagnostic, sources, true);
  EXPECT_TRUE(coloured.starts_with("\x1b[1;31merror[E0001]\x1b[0m\x1b[1m: colours\x1b[0m\n")) << coloured;
  EXPECT_NE(coloured.find("\x1b[1;31m^^^^^^\x1b[0m   \x1b[1;34m-----\x1b[0m \x1b[1;34mrelated\x1b[0m\n"),
            std::string::npos);
  std::string stripped;
  for (size_t i = 0; i < coloured.size(); ++i) {
    if (coloured[i] == '\x1b') {
      i = coloured.find('m', i);
    } else {
      stripped += coloured[i];
    }
  }
  EXPECT_EQ(stripped, text(diagnostic));
}

}  // namespace
}  // namespace rnnc::diagnostics
