#include "compiler/schedule/in_place.h"

#include <gtest/gtest.h>

#include "tests/unit/schedule/planned.h"

namespace rnnc::schedule {
namespace {

Plan in_place_plan_of(const std::string& body, const Choices& choices = {}) {
  return planned("dim H = 24 batch B time T", body, choices);
}

std::set<std::pair<std::string, std::string>> names(const Plan& plan) {
  std::set<std::pair<std::string, std::string>> names;
  for (const auto& [from, to] : in_place(plan)) names.emplace(plan[from].name, plan[to].name);
  return names;
}

// A loop reads %p, which stands ready, at each step, and leaves %n of each.
std::string loop(const std::string& step, const std::string& after) {
  return "%x = input x : f32[T,B,H]  %f = input f : f32[B,H]  %c = reduce max %x over {T} : f32[B,H]"
         "%d = broadcast %c : f32[T,B,H]  %p = exp %d : f32[T,B,H]"
         "%y, %l = scan forward T each(%p) with() carry(%f) : f32[T,B,H], f32[B,H] {"
         " (%i : f32[B,H], %k : f32[B,H])" +
         step + " yield(y = %n) next(k = %n) }" + after;
}

const std::string kLoop =
    loop("%n = add %i, %k : f32[B,H]", "%s = reduce sum %y over {T,B} : f32[H]  return s = %s, l = %l");

TEST(InPlace, AStepLeavesWhatItMakesWhereItRead) {
  EXPECT_TRUE(names(in_place_plan_of(kLoop)).contains({"p", "y"})) << "the loop reads p once";
}

TEST(InPlace, NotWhereSomebodyReadsAgain) {
  Plan plan = in_place_plan_of(
      loop("%n = add %i, %k : f32[B,H]",
           "%z = mul %y, %p : f32[T,B,H]  %s = reduce sum %z over {T,B} : f32[H]  return s = %s, l = %l"));
  EXPECT_FALSE(names(plan).contains({"p", "y"}));
}

TEST(InPlace, ThePlacesAreFewer) {
  Choices without;
  without.in_place = false;
  EXPECT_LT(in_place_plan_of(kLoop).slots.size(), in_place_plan_of(kLoop, without).slots.size());
}

TEST(InPlace, APlanThatDoesNotAllowItMayNot) {
  Plan plan = in_place_plan_of(kLoop);
  plan.in_place = false;
  auto status = verify(plan);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("in the same place at the same time"), std::string::npos);
}

}  // namespace
}  // namespace rnnc::schedule
