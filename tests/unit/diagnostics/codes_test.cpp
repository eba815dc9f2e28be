#include "compiler/diagnostics/diagnostic.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/explanation.h"

namespace rnnc::diagnostics {
namespace {

TEST(Codes, HaveNumbersAndTitlesOfTheirOwn) {
  std::set<unsigned> numbers;
  std::set<std::string_view> titles;
  for (const CodeInfo& code : all_codes()) {
    EXPECT_TRUE(numbers.insert(code.number).second) << code.id();
    EXPECT_TRUE(titles.insert(code.title).second) << code.id() << ": " << code.title;
  }
  EXPECT_FALSE(numbers.empty());
}

TEST(Codes, OfTheNinthHundredAreTheWarnings) {
  for (const CodeInfo& code : all_codes()) {
    EXPECT_GE(code.number, 1u);
    EXPECT_LT(code.number, 1000u);
    EXPECT_EQ(code.severity == Severity::warning, code.number >= 900) << code.id();
    EXPECT_EQ(code.id().front(), code.number >= 900 ? 'W' : 'E');
  }
}

TEST(Codes, ExplainThemselvesInSentences) {
  for (const CodeInfo& code : all_codes()) {
    EXPECT_FALSE(code.title.empty()) << code.id();
    EXPECT_NE(code.title.back(), '.') << code.id() << ": a title is no sentence";
    EXPECT_GE(code.explanation.size(), 60u) << code.id() << " explains too little";
    EXPECT_NE(code.explanation.back(), '\n') << code.id();
  }
}

TEST(Codes, ShowWhatBreaksTheirRuleAndHowToMendIt) {
  for (const CodeInfo& code : all_codes()) {
    const Explanation parts = parts_of(code.explanation);
    EXPECT_GE(parts.rule.size(), 30u) << code.id() << " does not say its rule";
    EXPECT_FALSE(parts.example.empty()) << code.id() << " has no example";
    EXPECT_GE(parts.mend.size(), 10u) << code.id() << " does not say how to mend its example";
  }
}

TEST(Codes, AreFoundByTheirName) {
  EXPECT_EQ(info(Code::cannot_read_file).id(), "E0001");
  EXPECT_EQ(info(Code::cannot_read_file).name, "cannot_read_file");
}

}  // namespace
}  // namespace rnnc::diagnostics
