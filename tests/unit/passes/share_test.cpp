#include "compiler/passes/share.h"

#include "compiler/passes/dead_code.h"
#include "tests/unit/passes/rewrite.h"

namespace rnnc::passes {
namespace {

// What is left over goes with dead code.
ir::Function shared(const ir::Function& function, ir::DimTable& dims) {
  return dead_code(share(function, dims), dims);
}

TEST(Share, ComputesTheSameOnce) {
  testing::expect_rewrite(shared, R"(%a = input a : f32[B,H]  %b = input b : f32[B,H]
    %s = add %a, %b : f32[B,H]  %t = add %b, %a : f32[B,H]  %u = tanh %s : f32[B,H]  %v = tanh %t : f32[B,H]
    return u = %u, v = %v)",
                          R"(%a = input a : f32[B,H]  %b = input b : f32[B,H]
    %s = add %a, %b : f32[B,H]  %u = tanh %s : f32[B,H]  return u = %u, v = %u)");
}

TEST(Share, TellsApartWhatDiffers) {
  testing::expect_unchanged(shared, R"(%a = input a : f32[B,H]  %b = input b : f32[B,H]
    %s = sub %a, %b : f32[B,H]  %t = sub %b, %a : f32[B,H]
    %p = random bernoulli 0.5 site 1 per step : bool[B,H]  %q = random bernoulli 0.5 site 2 per step : bool[B,H]
    %z = const 0 : f32[B,H]  %m = const -0 : f32[B,H]  %i = view %a : f32[B,K]  %j = view %a : f32[B,H']
    return s = %s, t = %t, p = %p, q = %q, z = %z, m = %m, i = %i, j = %j)");
}

TEST(Share, DrawsOnceForASite) {
  testing::expect_rewrite(shared, R"(%p = random bernoulli 0.5 site 1 per step : bool[B,H]
    %q = random bernoulli 0.5 site 1 per step : bool[B,H]  return p = %p, q = %q)",
                          "%p = random bernoulli 0.5 site 1 per step : bool[B,H]  return p = %p, q = %p");
}

TEST(Share, FindsOperandsOutsAndCarriesOfAScanThatAreTheSame) {
  testing::expect_rewrite(shared,
                          R"(%x = input x : f32[T,B,H]  %w = input w : f32[B,H]  %s0 = const 0 : f32[B,H]
    %y, %z, %sT, %rT = scan forward T each(%x, %x) with(%w, %w) carry(%s0, %s0)
        : f32[T,B,H], f32[T,B,H], f32[B,H], f32[B,H] {
      (%x : f32[B,H], %u : f32[B,H], %w : f32[B,H], %v : f32[B,H], %s : f32[B,H], %r : f32[B,H])
      %a = mul %x, %w : f32[B,H]  %b = mul %u, %v : f32[B,H]
      %c = add %a, %s : f32[B,H]  %d = add %b, %r : f32[B,H]
      yield(y = %c, z = %d) next(s = %c, r = %d)
    }  return y = %y, z = %z, sT = %sT, rT = %rT)",
                          R"(%x = input x : f32[T,B,H]  %w = input w : f32[B,H]  %s0 = const 0 : f32[B,H]
    %y, %sT = scan forward T each(%x) with(%w) carry(%s0) : f32[T,B,H], f32[B,H] {
      (%x : f32[B,H], %w : f32[B,H], %s : f32[B,H])
      %a = mul %x, %w : f32[B,H]  %c = add %a, %s : f32[B,H]
      yield(y = %c) next(s = %c)
    }  return y = %y, z = %y, sT = %sT, rT = %sT)");
}

TEST(Share, KeepsCarriesThatBeginDifferently) {
  testing::expect_unchanged(shared, R"(%x = input x : f32[T,B]  %s0 = const 0 : f32[B]  %r0 = const 1 : f32[B]
    %y, %z, %sT, %rT = scan forward T each(%x) with() carry(%s0, %r0) : f32[T,B], f32[T,B], f32[B], f32[B] {
      (%x : f32[B], %s : f32[B], %r : f32[B])
      %t = tanh %x : f32[B]
      yield(y = %s, z = %r) next(s = %t, r = %t)
    }  return y = %y, z = %z)");
}

}  // namespace
}  // namespace rnnc::passes
