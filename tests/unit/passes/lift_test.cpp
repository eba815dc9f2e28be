#include "compiler/passes/lift.h"

#include "tests/unit/passes/rewrite.h"

namespace rnnc::passes {
namespace {

using testing::expect_rewrite;
using testing::expect_unchanged;

TEST(Lift, BringsOutBeforeWhatDoesNotDependOnTheState) {
  expect_rewrite(lift, R"(%W = param W : f32[H,K]  %x = input x : f32[T,B,K]  %s0 = const 0 : f32[B,H]
    %y, %sT = scan forward T each(%x) with(%W) carry(%s0) : f32[T,B,H], f32[B,H] {
      (%x : f32[B,K], %W : f32[H,K], %s : f32[B,H])
      %p = contract %W, %x over {K} : f32[B,H]  %q = mul %p, %s : f32[B,H]  %n = tanh %q : f32[B,H]
      yield(y = %n) next(s = %n)
    }  return y = %y)",
                 R"(%W = param W : f32[H,K]  %x = input x : f32[T,B,K]  %s0 = const 0 : f32[B,H]
    %p = contract %W, %x over {K} : f32[T,B,H]
    %y, %sT = scan forward T each(%p) with() carry(%s0) : f32[T,B,H], f32[B,H] {
      (%p : f32[B,H], %s : f32[B,H])
      %q = mul %p, %s : f32[B,H]  %n = tanh %q : f32[B,H]
      yield(y = %n) next(s = %n)
    }  return y = %y)");
}

TEST(Lift, BringsOutAfterWhatDoesNotFeedTheState) {
  expect_rewrite(lift, R"(%W = param W : f32[D,H]  %x = input x : f32[T,B,H]  %s0 = const 0 : f32[B,H]
    %y, %sT = scan forward T each(%x) with(%W) carry(%s0) : f32[T,B,D], f32[B,H] {
      (%x : f32[B,H], %W : f32[D,H], %s : f32[B,H])
      %q = mul %x, %s : f32[B,H]  %n = tanh %q : f32[B,H]  %p = contract %W, %n over {H} : f32[B,D]
      yield(y = %p) next(s = %n)
    }  return y = %y)",
                 R"(%W = param W : f32[D,H]  %x = input x : f32[T,B,H]  %s0 = const 0 : f32[B,H]
    %n, %sT = scan forward T each(%x) with() carry(%s0) : f32[T,B,H], f32[B,H] {
      (%x : f32[B,H], %s : f32[B,H])
      %q = mul %x, %s : f32[B,H]  %n = tanh %q : f32[B,H]
      yield(n = %n) next(s = %n)
    }
    %y = contract %W, %n over {H} : f32[T,B,D]  return y = %y)");
}

// Steps of a delay that is read outside, and of a causal convolution: no state is left.
TEST(Lift, MakesShiftsOfDelays) {
  expect_rewrite(lift, R"(%x = input x : f32[T,B]  %a0 = const 0 : f32[B]  %b0 = input b0 : f32[B]
    %y, %aT, %bT = scan forward T each(%x) with() carry(%a0, %b0) : f32[T,B], f32[B], f32[B] {
      (%x : f32[B], %x1 : f32[B], %x2 : f32[B])
      %p = mul %x, %x2 : f32[B]
      yield(y = %p) next(x1 = %x, x2 = %x1)
    }  return y = %y)",
                 R"(%x = input x : f32[T,B]  %b0 = input b0 : f32[B]  %a0 = const 0 : f32[B]
    %x1 = shift %x along T by 1 : f32[T,B]  %x2 = shift %x1, %b0 along T by 1 : f32[T,B]
    %y = mul %x, %x2 : f32[T,B]  return y = %y)");
}

const std::string kBackward = R"(%x = input x : f32[T,B]  %a0 = input a0 : f32[B]
    %y, %aT = scan backward T each(%x) with() carry(%a0) : f32[T,B], f32[B] {
      (%x : f32[B], %x1 : f32[B])
      %p = mul %x, %x1 : f32[B]
      yield(y = %p) next(x1 = %x)
    }  return y = %y, last = %aT)";

// The step before is the one after in time; the last step is the first; without any, the first value stays.
TEST(Lift, DelaysBackwardScansTheOtherWayRound) {
  expect_rewrite(lift, kBackward, R"(%x = input x : f32[T,B]  %a0 = input a0 : f32[B]
    %f = flip %x along T : f32[T,B]  %s = shift %f, %a0 along T by 1 : f32[T,B]  %x1 = flip %s along T : f32[T,B]
    %y = mul %x, %x1 : f32[T,B]
    %len = input lengths.T : i32[B]  %zero = const 0 : i32[B]  %end = gather %x, %zero along T : f32[B]
    %none = equal %len, %zero : bool[B]  %last = select %none, %a0, %end : f32[B]
    return y = %y, last = %last)");
}

TEST(Lift, SumsProductsOverAllStepsAtOnce) {
  expect_rewrite(lift, R"(%x = input x : f32[T,B,H]  %d = input d : f32[T,B,K]  %W0 = const 0 : f32[K,H]
    %b0 = param b : f32[K]
    %WT, %bT = scan backward T each(%x, %d) with() carry(%W0, %b0) : f32[K,H], f32[K] {
      (%x : f32[B,H], %d : f32[B,K], %W1 : f32[K,H], %b1 : f32[K])
      %p = contract %d, %x over {B} : f32[K,H]  %W = add %W1, %p : f32[K,H]
      %s = reduce sum %d over {B} : f32[K]  %b = sub %b1, %s : f32[K]
      yield() next(W = %W, b = %b)
    }  return W = %WT, b = %bT)",
                 R"(%x = input x : f32[T,B,H]  %d = input d : f32[T,B,K]  %b0 = param b : f32[K]
    %W0 = const 0 : f32[K,H]
    %W = contract %d, %x over {T,B} : f32[K,H]  %s = reduce sum %d over {T,B} : f32[K]  %b = sub %b0, %s : f32[K]
    return W = %W, b = %b)");
}

// d is stored for the product alone; then its sum leaves as well, although it came first.
TEST(Lift, SumsWhatAnotherSumStores) {
  expect_rewrite(lift, R"(%x = input x : f32[T,B,H]  %W0 = const 0 : f32[K,H]  %b0 = const 0 : f32[B,K]
    %s0 = input s0 : f32[B,K]
    %bT, %WT, %sT = scan backward T each(%x) with() carry(%b0, %W0, %s0) : f32[B,K], f32[K,H], f32[B,K] {
      (%x : f32[B,H], %b1 : f32[B,K], %W1 : f32[K,H], %s : f32[B,K])
      %k = view %x : f32[B,K]  %q = mul %k, %s : f32[B,K]  %d = tanh %q : f32[B,K]
      %b = add %b1, %d : f32[B,K]
      %p = contract %d, %x over {B} : f32[K,H]  %W = add %W1, %p : f32[K,H]
      yield() next(b = %b, W = %W, s = %d)
    }  return b = %bT, W = %WT)",
                 R"(%x = input x : f32[T,B,H]  %s0 = input s0 : f32[B,K]
    %W0 = const 0 : f32[K,H]  %b0 = const 0 : f32[B,K]
    %d, %sT = scan backward T each(%x) with() carry(%s0) : f32[T,B,K], f32[B,K] {
      (%x : f32[B,H], %s : f32[B,K])
      %k = view %x : f32[B,K]  %q = mul %k, %s : f32[B,K]  %d = tanh %q : f32[B,K]
      yield(d = %d) next(s = %d)
    }
    %W = contract %d, %x over {T,B} : f32[K,H]  %b = reduce sum %d over {T} : f32[B,K]
    return b = %b, W = %W)");
}

// Alone it would not pay to store d, but then each step has all sequences to wait for.
TEST(Lift, SumsOverSequences) {
  expect_rewrite(lift, R"(%x = input x : f32[T,B,K]  %b0 = const 0 : f32[K]  %s0 = input s0 : f32[B,K]
    %bT, %sT = scan backward T each(%x) with() carry(%b0, %s0) : f32[K], f32[B,K] {
      (%x : f32[B,K], %b1 : f32[K], %s : f32[B,K])
      %q = mul %x, %s : f32[B,K]  %d = tanh %q : f32[B,K]
      %r = reduce sum %d over {B} : f32[K]  %b = add %b1, %r : f32[K]
      yield() next(b = %b, s = %d)
    }  return b = %bT)",
                 R"(%x = input x : f32[T,B,K]  %s0 = input s0 : f32[B,K]  %b0 = const 0 : f32[K]
    %d, %sT = scan backward T each(%x) with() carry(%s0) : f32[T,B,K], f32[B,K] {
      (%x : f32[B,K], %s : f32[B,K])
      %q = mul %x, %s : f32[B,K]  %d = tanh %q : f32[B,K]
      yield(d = %d) next(s = %d)
    }
    %b = reduce sum %d over {T,B} : f32[K]
    return b = %b)");
}

// The summand has two times: what reads it is better left where it is.
TEST(Lift, KeepsSumsOfWhatIsNotStored) {
  expect_unchanged(lift, R"(%x = input x : f32[T,B]  %k = input k : f32[S,B]  %m0 = const 0 : f32[S,B]
    %mT = scan forward T each(%x) with(%k) carry(%m0) : f32[S,B] {
      (%x : f32[B], %k : f32[S,B], %m1 : f32[S,B])
      %xS = broadcast %x : f32[S,B]  %u = mul %xS, %k : f32[S,B]  %v = tanh %u : f32[S,B]
      %m = add %m1, %v : f32[S,B]
      yield() next(m = %m)
    }  return m = %mT)");
}

// A sum over the batch is one over the sequences that run: not the same at each step, although x is.
TEST(Lift, LeavesSumsOverTheBatchInTheirStep) {
  expect_unchanged(lift, R"(%w = input w : f32[B]  %x = input x : f32[T,B]  %s0 = const 0 : f32[B]
    %y, %sT = scan forward T each(%x) with(%w) carry(%s0) : f32[T,B], f32[B] {
      (%x : f32[B], %w : f32[B], %s : f32[B])
      %r = reduce sum %w over {B} : f32[]  %rB = broadcast %r : f32[B]  %t = mul %rB, %x : f32[B]
      %u = add %t, %s : f32[B]  %n = tanh %u : f32[B]
      yield(y = %n) next(s = %n)
    }  return y = %y)");
}

// Copies cost less in the loop than as a sequence.
TEST(Lift, LeavesInTheLoopWhatWouldOnlyMakeMoreCross) {
  expect_unchanged(lift, R"(%f = input f : f32[T,B]  %s0 = const 0 : f32[B,H]
    %y, %sT = scan forward T each(%f) with() carry(%s0) : f32[T,B,H], f32[B,H] {
      (%f : f32[B], %s : f32[B,H])
      %fH = broadcast %f : f32[B,H]  %p = mul %fH, %s : f32[B,H]  %n = tanh %p : f32[B,H]
      yield(y = %n) next(s = %n)
    }  return y = %y)");
}

// A carry on a cycle that is read outside is the delayed sequence of what it becomes.
TEST(Lift, ReadsTheStateBeforeAsADelay) {
  expect_rewrite(lift, R"(%W = param W : f32[D,H]  %x = input x : f32[T,B,H]  %s0 = input s0 : f32[B,H]
    %y, %z, %sT = scan forward T each(%x) with(%W) carry(%s0) : f32[T,B,H], f32[T,B,D], f32[B,H] {
      (%x : f32[B,H], %W : f32[D,H], %s : f32[B,H])
      %q = mul %x, %s : f32[B,H]  %n = tanh %q : f32[B,H]  %p = contract %W, %s over {H} : f32[B,D]
      yield(y = %n, z = %p) next(s = %n)
    }  return y = %y, z = %z)",
                 R"(%W = param W : f32[D,H]  %x = input x : f32[T,B,H]  %s0 = input s0 : f32[B,H]
    %y, %sT = scan forward T each(%x) with() carry(%s0) : f32[T,B,H], f32[B,H] {
      (%x : f32[B,H], %s : f32[B,H])
      %q = mul %x, %s : f32[B,H]  %n = tanh %q : f32[B,H]
      yield(y = %n) next(s = %n)
    }
    %s = shift %y, %s0 along T by 1 : f32[T,B,H]  %z = contract %W, %s over {H} : f32[T,B,D]
    return y = %y, z = %z)");
}

// Two carries that change places have no other source than themselves.
TEST(Lift, KeepsCarriesThatOnlyHandEachOtherOn) {
  expect_unchanged(lift, R"(%a = input a : f32[B]  %b = input b : f32[B]
    %y, %z, %rT, %sT = scan forward T each() with() carry(%a, %b) : f32[T,B], f32[T,B], f32[B], f32[B] {
      (%r : f32[B], %s : f32[B])
      yield(y = %r, z = %s) next(r = %s, s = %r)
    }  return y = %y, z = %z)");
}

}  // namespace
}  // namespace rnnc::passes
