// What is legal and not run: each refusal says what and where.
#include <gtest/gtest.h>

#include "tests/support/spec.h"

namespace rnnc::irgen {
namespace {

struct Refused {
  std::string message, place;
};

Refused refusal_of(const std::string& text) {
  testing::Spec spec(text);
  auto generated = spec.try_generate(spec.body("M"));
  if (generated) return {"it runs", ""};
  const support::Span span = generated.error().span;
  return {generated.error().message, span.valid() ? text.substr(span.begin, span.end - span.begin) : ""};
}

const std::string kLook =
    "cell Look { input x: []  input m: seq []  state s: []  s = x * sum[t](m) + s[t-1]  output s }\n";

TEST(Refusals, ASequenceThatLooksAtAllOfItself) {
  Refused refused = refusal_of(kLook + "model M { input x: seq []  output y = Look(x, x) }");
  EXPECT_EQ(refused.message, "a cell sees whole the very sequence that it runs over");
  EXPECT_EQ(refused.place, "Look(x, x)");
}

TEST(Refusals, LastStatesAsFirstOnesInACell) {
  Refused refused = refusal_of(R"(cell A { input x: []  state s: []  s = x + s[t-1]  output s }
cell B { input x: []  y = A(x)  output z = A(y, init = final(y)) }
model M { input x: seq []  output y = B(x) })");
  EXPECT_EQ(refused.message, "`init` inside of a cell");
  EXPECT_EQ(refused.place, "A(y, init = final(y))");
}

TEST(Refusals, TwoWholeSequencesOfOneCellThatMeet) {
  Refused refused =
      refusal_of(R"(cell Two { input x: []  input m: seq []  input n: seq []  output y = x * sum[t](m * n) }
model M { input x: seq []  input m: seq []  input n: seq []  output y = Two(x, m, n) })");
  EXPECT_EQ(refused.message,
            "this cell makes two sequences meet that are seen whole, and they have lengths of their own");
  EXPECT_EQ(refused.place, "Two(x, m, n)");
}

}  // namespace
}  // namespace rnnc::irgen
