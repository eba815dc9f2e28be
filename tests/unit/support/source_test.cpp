#include "compiler/support/source.h"

#include <gtest/gtest.h>

namespace rnnc::support {
namespace {

TEST(SourceFile, CountsLinesFromOneAndColumnsInCodePoints) {
  SourceFile file("a.rnn", "h\u0303 = x\r\n\nlast");
  EXPECT_EQ(file.line_count(), 3u);
  EXPECT_EQ(file.line(1), "h\u0303 = x");
  EXPECT_EQ(file.line(2), "");
  EXPECT_EQ(file.line(3), "last");
  Position x = file.position(static_cast<uint32_t>(file.text().find('x')));
  EXPECT_EQ(x.line, 1u);
  EXPECT_EQ(x.column, 6u);
  Position last = file.position(file.line_start(3));
  EXPECT_EQ(last.line, 3u);
  EXPECT_EQ(last.column, 1u);
}

TEST(SourceFile, TakesAPlaceBehindItsEndForItsEnd) {
  SourceFile file("a.rnn", "ab\n");
  EXPECT_EQ(file.position(1000).line, 2u);
  EXPECT_EQ(file.position(1000).column, 1u);
}

TEST(SourceMap, GivesTheTextOfASpan) {
  SourceMap sources;
  sources.add("first.rnn", "first");
  FileId second = sources.add("second.rnn", "the second");
  EXPECT_EQ(sources.size(), 2u);
  EXPECT_EQ(sources.file(second).name(), "second.rnn");
  EXPECT_EQ(sources.text({second, 4, 10}), "second");
  EXPECT_EQ(sources.text({}), "");
}

TEST(Span, JoinsToTheSmallestThatHoldsBoth) {
  EXPECT_EQ(join({0, 4, 6}, {0, 1, 5}), (Span{0, 1, 6}));
  EXPECT_EQ(join({}, {0, 1, 5}), (Span{0, 1, 5}));
  EXPECT_EQ(join({0, 1, 5}, {}), (Span{0, 1, 5}));
  EXPECT_EQ(join({0, 1, 5}, {1, 7, 9}), (Span{0, 1, 5})) << "of two files the first stays";
}

TEST(DisplayWidth, IsWhatATerminalTakes) {
  EXPECT_EQ(display_width(""), 0u);
  EXPECT_EQ(display_width("linear"), 6u);
  EXPECT_EQ(display_width("σ(x) ⊙ √K"), 9u);
  EXPECT_EQ(display_width("h\u0303"), 1u) << "a combining mark takes no column";
  EXPECT_EQ(display_width("記憶"), 4u) << "a wide character takes two";
  EXPECT_EQ(code_points("h\u0303記"), 3u);
}

}  // namespace
}  // namespace rnnc::support
