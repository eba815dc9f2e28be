#include "compiler/passes/dead_code.h"

#include "compiler/passes/line_up.h"
#include "tests/unit/passes/rewrite.h"

namespace rnnc::passes {
namespace {

TEST(DeadCode, DropsWhatNoResultNeedsButTheBorder) {
  testing::expect_rewrite(
      dead_code, R"(%w = param w : f32[H]  %x = input x : f32[B,H]  %e = exp %x : f32[B,H]
    %t = tanh %x : f32[B,H]  %n = neg %e : f32[B,H]  return t = %t)",
      R"(%w = param w : f32[H]  %x = input x : f32[B,H]  %t = tanh %x : f32[B,H]  return t = %t)");
}

TEST(DeadCode, DropsWhatOfAScanIsNotRead) {
  testing::expect_rewrite(dead_code,
                          R"(%x = input x : f32[T,B]  %u = input u : f32[T,B]  %w = input w : f32[B]
    %s0 = const 0 : f32[B]
    %y, %z, %sT, %rT, %qT = scan forward T each(%x, %u) with(%w) carry(%s0, %s0, %s0)
        : f32[T,B], f32[T,B], f32[B], f32[B], f32[B] {
      (%x : f32[B], %u : f32[B], %w : f32[B], %s : f32[B], %r : f32[B], %q : f32[B])
      %n = add %s, %x : f32[B]  %m = mul %r, %u : f32[B]  %o = add %q, %w : f32[B]
      yield(y = %n, z = %m) next(s = %n, r = %m, q = %o)
    }  return y = %y)",
                          R"(%x = input x : f32[T,B]  %u = input u : f32[T,B]  %w = input w : f32[B]
    %s0 = const 0 : f32[B]
    %y, %sT = scan forward T each(%x) with() carry(%s0) : f32[T,B], f32[B] {
      (%x : f32[B], %s : f32[B])
      %n = add %s, %x : f32[B]  yield(y = %n) next(s = %n)
    }  return y = %y)");
}

// A state that is read by another that is read.
TEST(DeadCode, KeepsCarriesThatOthersRead) {
  testing::expect_unchanged(dead_code, R"(%x = input x : f32[T,B]  %s0 = const 0 : f32[B]
    %y, %sT, %rT = scan forward T each(%x) with() carry(%s0, %s0) : f32[T,B], f32[B], f32[B] {
      (%x : f32[B], %s : f32[B], %r : f32[B])
      %n = add %s, %r : f32[B]  yield(y = %n) next(s = %n, r = %x)
    }  return y = %y)");
}

TEST(DeadCode, DropsAScanOfWhichNothingIsRead) {
  testing::expect_rewrite(dead_code, R"(%x = input x : f32[T,B]  %s0 = const 0 : f32[B]
    %y, %sT = scan forward T each(%x) with() carry(%s0) : f32[T,B], f32[B] {
      (%x : f32[B], %s : f32[B])
      %n = add %s, %x : f32[B]  yield(y = %n) next(s = %n)
    }  return x = %x)",
                          "%x = input x : f32[T,B]  return x = %x");
}

TEST(LineUp, PutsOperandsBeforeWhatReadsThemFromLeftToRight) {
  testing::expect_rewrite(
      line_up, R"(%a = input a : f32[B]  %z = const 0 : f32[B]  %e = exp %a : f32[B]
    %t = tanh %a : f32[B]  %w = param w : f32[H]  %s = sub %t, %e : f32[B]  %r = mul %s, %z : f32[B]
    return r = %r, e = %e)",
      R"(%a = input a : f32[B]  %w = param w : f32[H]  %t = tanh %a : f32[B]  %e = exp %a : f32[B]
    %s = sub %t, %e : f32[B]  %z = const 0 : f32[B]  %r = mul %s, %z : f32[B]  return r = %r, e = %e)");
}

}  // namespace
}  // namespace rnnc::passes
