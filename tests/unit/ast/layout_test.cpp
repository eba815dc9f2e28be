#include "compiler/ast/layout.h"

#include <gtest/gtest.h>

namespace rnnc::ast::layout {
namespace {

std::string rendered(const Doc& doc, size_t width) {
  std::string result;
  for (const OutputLine& line : render(doc, width)) {
    result += line.text + (line.comment.empty() ? "" : "  " + line.comment) + "\n";
  }
  return result;
}

Doc call(const std::string& name, Doc inner) {
  return group(
      concat({text(name + "("), nest(2, concat({line(""), std::move(inner)})), line(""), text(")")}));
}

TEST(Layout, StaysOnTheLineIfItFits) {
  Doc doc = call("f", concat({text("a,"), line(), text("b")}));
  EXPECT_EQ(rendered(doc, 7), "f(a, b)\n");
  EXPECT_EQ(rendered(doc, 6), "f(\n  a,\n  b\n)\n");
}

TEST(Layout, BreaksTheOuterGroupFirst) {
  Doc doc = call("outer", call("inner", text("abc")));
  EXPECT_EQ(rendered(doc, 14), "outer(\n  inner(abc)\n)\n");
  EXPECT_EQ(rendered(doc, 10), "outer(\n  inner(\n    abc\n  )\n)\n");
}

TEST(Layout, CountsWhatFollowsAGroupUpToTheNextBreak) {
  Doc doc = concat({call("f", text("a")), text(" + bcd")});
  EXPECT_EQ(rendered(doc, 10), "f(a) + bcd\n");
  EXPECT_EQ(rendered(doc, 9), "f(\n  a\n) + bcd\n");
}

TEST(Layout, FillsLinesWhereEachBreakIsAGroup) {
  std::vector<Doc> parts = {text("aa")};
  for (const char* word : {"+ bb", "+ cc", "+ dd"}) parts.push_back(group(concat({line(), text(word)})));
  EXPECT_EQ(rendered(align(concat(parts)), 12), "aa + bb + cc\n+ dd\n");
}

TEST(Layout, AlignsToTheColumnWhereADocumentBegins) {
  Doc stages = align(concat({text("|> a"), hard_line(), text("|> b")}));
  EXPECT_EQ(rendered(concat({text("O = x "), stages}), 80), "O = x |> a\n      |> b\n");
}

TEST(Layout, KeepsCommentsOutOfTheChoiceOfBreaks) {
  Doc doc = group(concat({text("a"), trailing("# a comment of some length"), hard_line(), text("b")}));
  EXPECT_EQ(rendered(doc, 10), "a  # a comment of some length\nb\n");
}

TEST(Layout, LeavesNoBlanksAtTheEndOfALine) {
  Doc doc = nest(4, concat({text("a "), hard_line(), hard_line(), text("b")}));
  EXPECT_EQ(rendered(doc, 80), "a\n\n    b\n");
}

TEST(Layout, CountsColumnsAsATerminalDoes) {
  Doc doc = call("f", concat({text("h\u0303,"), line(), text("記")}));
  EXPECT_EQ(rendered(doc, 8), "f(h\u0303, 記)\n");
  EXPECT_EQ(rendered(doc, 7), "f(\n  h\u0303,\n  記\n)\n");
}

TEST(Layout, IsFlatOnRequest) {
  EXPECT_EQ(flat(concat({text("a"), line(), text("b"), line(""), text("c")})), "a bc");
  EXPECT_EQ(flat(Doc()), "");
}

}  // namespace
}  // namespace rnnc::ast::layout
