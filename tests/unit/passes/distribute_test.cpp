#include "compiler/passes/distribute.h"

#include "tests/unit/passes/rewrite.h"

namespace rnnc::passes {
namespace {

using testing::expect_rewrite;
using testing::expect_unchanged;

// Two layers in one loop: the second reads what the first has just made.
TEST(Distribute, MakesAScanForEachGroupOfCarries) {
  expect_rewrite(distribute, R"(%x = input x : f32[T,B]  %w = input w : f32[B]  %s0 = const 0 : f32[B]
    %r, %sT, %rT = scan forward T each(%x) with(%w) carry(%s0, %s0) : f32[T,B], f32[B], f32[B] {
      (%x : f32[B], %w : f32[B], %s : f32[B], %r : f32[B])
      %a = mul %s, %x : f32[B]  %n = tanh %a : f32[B]
      %b = mul %r, %n : f32[B]  %c = add %b, %w : f32[B]  %m = sin %c : f32[B]
      yield(r = %m) next(s = %n, r = %m)
    }  return r = %r, sT = %sT, rT = %rT)",
                 R"(%x = input x : f32[T,B]  %w = input w : f32[B]  %s0 = const 0 : f32[B]
    %n, %sT = scan forward T each(%x) with() carry(%s0) : f32[T,B], f32[B] {
      (%x : f32[B], %s : f32[B])
      %a = mul %s, %x : f32[B]  %n = tanh %a : f32[B]
      yield(n = %n) next(s = %n)
    }
    %r, %rT = scan forward T each(%n) with(%w) carry(%s0) : f32[T,B], f32[B] {
      (%n : f32[B], %w : f32[B], %r : f32[B])
      %b = mul %r, %n : f32[B]  %c = add %b, %w : f32[B]  %m = sin %c : f32[B]
      yield(r = %m) next(r = %m)
    }  return r = %r, sT = %sT, rT = %rT)");
}

TEST(Distribute, KeepsGroupsThatFeedEachOther) {
  expect_unchanged(distribute, R"(%x = input x : f32[T,B]  %s0 = const 0 : f32[B]
    %r, %sT, %rT = scan forward T each(%x) with() carry(%s0, %s0) : f32[T,B], f32[B], f32[B] {
      (%x : f32[B], %s : f32[B], %r : f32[B])
      %a = mul %r, %x : f32[B]  %n = tanh %a : f32[B]  %b = mul %s, %n : f32[B]  %m = sin %b : f32[B]
      yield(r = %m) next(s = %n, r = %m)
    }  return r = %r)");
}

// The second group's matrix is made where it is read: a gate crosses, not its copies.
TEST(Distribute, LetsWhatExpandsWaitForItsReader) {
  expect_rewrite(distribute, R"(%x = input x : f32[T,B]  %s0 = const 0 : f32[B]  %C0 = const 0 : f32[B,H,D]
    %sT, %CT = scan forward T each(%x) with() carry(%s0, %C0) : f32[B], f32[B,H,D] {
      (%x : f32[B], %s : f32[B], %C1 : f32[B,H,D])
      %a = mul %s, %x : f32[B]  %n = tanh %a : f32[B]  %m = broadcast %n : f32[B,H,D]  %C = mul %m, %C1 : f32[B,H,D]
      yield() next(s = %n, C = %C)
    }  return C = %CT)",
                 R"(%x = input x : f32[T,B]  %s0 = const 0 : f32[B]  %C0 = const 0 : f32[B,H,D]
    %n, %sT = scan forward T each(%x) with() carry(%s0) : f32[T,B], f32[B] {
      (%x : f32[B], %s : f32[B])
      %a = mul %s, %x : f32[B]  %n = tanh %a : f32[B]
      yield(n = %n) next(s = %n)
    }
    %CT = scan forward T each(%n) with() carry(%C0) : f32[B,H,D] {
      (%n : f32[B], %C1 : f32[B,H,D])
      %m = broadcast %n : f32[B,H,D]  %C = mul %m, %C1 : f32[B,H,D]
      yield() next(C = %C)
    }  return C = %CT)");
}

// [T, S, B] would have to be stored.
TEST(Distribute, KeepsAScanWholeRatherThanStoreOverTwoTimes) {
  expect_unchanged(distribute, R"(%x = input x : f32[T,B]  %k = input k : f32[S,B]  %s0 = const 0 : f32[B]
    %y, %sT, %rT = scan forward T each(%x) with(%k) carry(%s0, %s0) : f32[T,B], f32[B], f32[B] {
      (%x : f32[B], %k : f32[S,B], %s : f32[B], %r : f32[B])
      %a = add %s, %x : f32[B]  %n = tanh %a : f32[B]  %nS = broadcast %n : f32[S,B]  %w = mul %nS, %k : f32[S,B]
      %v = sin %w : f32[S,B]  %u = reduce sum %v over {S} : f32[B]  %t = add %n, %u : f32[B]
      %rS = broadcast %r : f32[S,B]  %q = mul %v, %rS : f32[S,B]  %m = reduce sum %q over {S} : f32[B]
      %o = mul %u, %s : f32[B]  %next = tanh %o : f32[B]
      yield(y = %t) next(s = %next, r = %m)
    }  return y = %y, r = %rT)");
}

}  // namespace
}  // namespace rnnc::passes
