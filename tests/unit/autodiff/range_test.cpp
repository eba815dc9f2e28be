#include "compiler/autodiff/range.h"

#include <gtest/gtest.h>

#include "tests/gradients/cells.h"

namespace rnnc::autodiff {
namespace {

constexpr double kInfinity = Range::kInfinity;

// The range of the value y of a function.
Range range_of(const std::string& body, const std::vector<std::string>& infinite = {}) {
  ir::Module module = testing::read_or_die("module ranges { dim H = 3 batch B time T func @forward { " +
                                           body + " return y = %y } }");
  return ranges_of(module.forward, module.dims, infinite)[module.forward.result("y")];
}

// y is made of the real param w.
Range of_param(const std::string& body) { return range_of("%w = param w : f32[H]  " + body); }

TEST(Range, LeavesAreFiniteUnlessSaidOtherwise) {
  EXPECT_EQ(range_of("%y = param w : f32[H]"), Range{});
  EXPECT_EQ(range_of("%y = input x : f32[B,H]"), Range{});
  EXPECT_TRUE(range_of("%y = input state.m : f32[B,H]", {"state.m"}).infinite());
  EXPECT_EQ(range_of("%y = input lengths.T : i32[B]"), (Range{0, kInfinity}));
}

TEST(Range, ConstantsAreWhatTheyHold) {
  EXPECT_EQ(range_of("%y = const [1, -2, 3] : f32[H]"), (Range{-2, 3}));
  EXPECT_EQ(range_of("%y = const -inf : f32[H]"), (Range{-kInfinity, -kInfinity, true, false, false}));
  EXPECT_TRUE(range_of("%y = const nan : f32[H]").nan);
}

TEST(Range, SquashedValuesAreBounded) {
  EXPECT_EQ(of_param("%y = sigmoid %w : f32[H]"), (Range{0, 1}));
  EXPECT_EQ(of_param("%y = tanh %w : f32[H]"), (Range{-1, 1}));
  EXPECT_EQ(of_param("%y = sin %w : f32[H]"), (Range{-1, 1}));
  EXPECT_EQ(of_param("%y = softplus %w : f32[H]"), (Range{0, kInfinity}));
}

TEST(Range, ExpOverflowsUnlessBounded) {
  EXPECT_TRUE(of_param("%y = exp %w : f32[H]").plus_infinity);
  EXPECT_TRUE(of_param("%t = tanh %w : f32[H]  %y = exp %t : f32[H]").finite());
  EXPECT_TRUE(of_param("%t = tanh %w : f32[H]  %y = exp %t : f32[H]").positive());
}

TEST(Range, LogAndSqrtNeedPositiveOperands) {
  EXPECT_TRUE(of_param("%y = log %w : f32[H]").nan);
  EXPECT_TRUE(of_param("%s = sigmoid %w : f32[H]  %y = log %s : f32[H]").minus_infinity);
  EXPECT_FALSE(of_param("%s = sigmoid %w : f32[H]  %y = log %s : f32[H]").nan);
  EXPECT_TRUE(of_param("%s = mul %w, %w : f32[H]  %e = const 0.1 : f32[H]  %p = add %s, %e : f32[H]"
                       "%y = log %p : f32[H]")
                  .finite());
  EXPECT_TRUE(of_param("%y = sqrt %w : f32[H]").nan);
  EXPECT_FALSE(of_param("%s = abs %w : f32[H]  %y = sqrt %s : f32[H]").nan);
}

TEST(Range, DivisorsWithZeroSpoilEverything) {
  EXPECT_EQ(of_param("%y = div %w, %w : f32[H]"), Range::anything());
  EXPECT_TRUE(of_param("%e = exp %w : f32[H]  %o = const 1 : f32[H]  %d = add %o, %e : f32[H]"
                       "%y = div %o, %d : f32[H]")
                  .finite());
}

TEST(Range, ZeroTimesInfinityIsNan) {
  EXPECT_TRUE(of_param("%i = const inf : f32[H]  %y = mul %w, %i : f32[H]").nan);
  EXPECT_FALSE(of_param("%i = const inf : f32[H]  %t = const 2 : f32[H]  %y = mul %t, %i : f32[H]").nan);
}

TEST(Range, AMaximumBoundsWhatTakesPartInIt) {
  const std::string gate =
      "%v = param v : f32[H]  %low = const -inf : f32[H]  %f = add %v, %low : f32[H]"
      "%m = max %f, %w : f32[H]  ";
  EXPECT_TRUE(of_param(gate + "%d = sub %w, %m : f32[H]  %y = exp %d : f32[H]").finite());
  EXPECT_TRUE(of_param(gate + "%d = sub %f, %m : f32[H]  %y = exp %d : f32[H]").finite());
  EXPECT_FALSE(of_param(gate + "%d = sub %m, %w : f32[H]  %y = exp %d : f32[H]").finite());
}

TEST(Range, AMaximumAlongTimeBoundsWhatTakesPartInIt) {
  const std::string state =
      "%x = input x : f32[T,B]  %c = input c : f32[T,B]  %a = neg %c : f32[T,B]  %s0 = const -inf : f32[B]"
      "%s = prefix affine max_plus forward %a, %x, %s0 along T : f32[T,B]"
      "%s1 = shift %s, %s0 along T by 1 : f32[T,B]  %z = const 0 : f32[B]"
      "%s2 = shift %s, %z along T by 1 : f32[T,B]  ";
  auto exp_of = [&](const std::string& difference) {
    return range_of(state + difference + "%d = sub %v, %s : f32[T,B]  %y = exp %d : f32[T,B]");
  };
  EXPECT_TRUE(range_of(state + "%d = sub %x, %s : f32[T,B]  %y = exp %d : f32[T,B]").finite());
  EXPECT_TRUE(range_of(state + "%d = sub %s, %x : f32[T,B]  %y = exp %d : f32[T,B]").plus_infinity);
  EXPECT_TRUE(exp_of("%v = add %a, %s1 : f32[T,B]  ").finite());
  EXPECT_TRUE(exp_of("%v = sub %s1, %c : f32[T,B]  ").finite());
  EXPECT_TRUE(exp_of("%v = sub %s2, %c : f32[T,B]  ").plus_infinity);
  EXPECT_TRUE(exp_of("%v = add %s1, %c : f32[T,B]  ").plus_infinity);
}

TEST(Range, TheSumOfASoftmaxIsAtLeastOne) {
  const std::string text =
      "%x = input x : f32[T,B,H]  %m = reduce max %x over {H} : f32[T,B]  %k = detach %m : f32[T,B]"
      "%b = broadcast %k : f32[T,B,H]  %d = sub %x, %b : f32[T,B,H]  %e = exp %d : f32[T,B,H]";
  EXPECT_EQ(range_of(text + "%y = reduce sum %e over {H} : f32[T,B]").low, 1);
  EXPECT_EQ(range_of(text + "%y = reduce sum %e over {T} : f32[B,H]").low, 0);
}

TEST(Range, WhatMayReadOutsideMayBeZero) {
  EXPECT_TRUE(
      range_of(
          "%x = input x : f32[T,B]  %e = exp %x : f32[T,B]  %t = tanh %e : f32[T,B]  %p = exp %t : f32[T,B]"
          "%y = shift %p along T by 1 : f32[T,B]")
          .has_zero());
  EXPECT_TRUE(range_of("%x = input x : f32[T,B]  %t = tanh %x : f32[T,B]  %p = exp %t : f32[T,B]"
                       "%y = reduce max %p over {T} : f32[B]")
                  .has_zero());
}

Range of_carry(const std::string& first, const std::string& next) {
  return range_of("%x = input x : f32[T,B]  %s0 = const " + first +
                  " : f32[B]"
                  "%y = scan forward T each(%x) with() carry(%s0) : f32[B] { (%x : f32[B], %s : f32[B])" +
                  next + "yield() next(s = %n) }");
}

TEST(Range, CarriesSettle) {
  EXPECT_EQ(of_carry("0", "%n = sigmoid %x : f32[B]"), (Range{0, kInfinity}));
  EXPECT_EQ(of_carry("0", "%a = sigmoid %x : f32[B]  %n = mul %a, %s : f32[B]"), (Range{0, 0}));
  EXPECT_TRUE(of_carry("0", "%n = add %s, %x : f32[B]").finite());
  EXPECT_TRUE(of_carry("-inf", "%n = max %s, %x : f32[B]").minus_infinity);
  EXPECT_FALSE(of_carry("-inf", "%n = max %s, %x : f32[B]").nan);
  EXPECT_TRUE(of_carry("1", "%n = div %x, %s : f32[B]").nan);
}

}  // namespace
}  // namespace rnnc::autodiff
