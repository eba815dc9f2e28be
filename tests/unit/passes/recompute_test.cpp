#include "compiler/passes/recompute.h"

#include "compiler/passes/dead_code.h"
#include "tests/unit/passes/rewrite.h"

namespace rnnc::passes {
namespace {

// A forward loop that yields `yields` and one backwards that reads them as `params` and computes d from them.
std::string two_loops(const std::string& yields, const std::string& types, const std::string& names,
                      const std::string& params, const std::string& body, const std::string& returned = "") {
  return R"(%W = param W : f32[H,K]  %x = input x : f32[T,B,H]  %g = input g : f32[T,B,H]  %s0 = const 0 : f32[B,H]
    )" + names +
         ", %sT = scan forward T each(%x) with(%W) carry(%s0) : " + types + R"(, f32[B,H] {
      (%x : f32[B,H], %W : f32[H,K], %s : f32[B,H])
      %k = view %s : f32[B,K]  %p = contract %W, %k over {K} : f32[B,H]  %c = add %p, %x : f32[B,H]
      %t = tanh %c : f32[B,H]  %n = mul %t, %x : f32[B,H]
      yield()" +
         yields + R"() next(s = %n)
    }
    %e, %dT = scan backward T each(%g, )" +
         names + R"() with() carry(%s0) : f32[T,B,H], f32[B,H] {
      (%g : f32[B,H], )" +
         params + R"(, %d1 : f32[B,H])
      )" +
         body +
         R"(
      yield(e = %d) next(d = %d)
    }  return e = %e)" +
         returned;
}

ir::Function recomputed(const ir::Function& function, ir::DimTable& dims) {
  return dead_code(recompute(function, dims), dims);
}

TEST(Recompute, MakesACheapValueAgainInsteadOfStoringIt) {
  testing::expect_rewrite(
      recomputed,
      two_loops("c = %c, t = %t", "f32[T,B,H], f32[T,B,H]", "%c, %t", "%c : f32[B,H], %t : f32[B,H]",
                "%m = mul %d1, %t : f32[B,H]  %o = add %m, %c : f32[B,H]  %d = add %o, %g : f32[B,H]"),
      two_loops("c = %c", "f32[T,B,H]", "%c", "%c : f32[B,H]",
                "%t = tanh %c : f32[B,H]  %m = mul %d1, %t : f32[B,H]  %o = add %m, %c : f32[B,H]"
                "  %d = add %o, %g : f32[B,H]"));
}

// c takes a product, and t alone would only change what is stored.
TEST(Recompute, KeepsWhatNeedsAProduct) {
  testing::expect_unchanged(recomputed, two_loops("t = %t", "f32[T,B,H]", "%t", "%t : f32[B,H]",
                                                  "%m = mul %d1, %t : f32[B,H]  %d = add %m, %g : f32[B,H]"));
}

// It is stored in any case.
TEST(Recompute, KeepsWhatLeavesTheFunction) {
  testing::expect_unchanged(
      recomputed,
      two_loops("c = %c, t = %t", "f32[T,B,H], f32[T,B,H]", "%c, %t", "%c : f32[B,H], %t : f32[B,H]",
                "%m = mul %d1, %t : f32[B,H]  %o = add %m, %c : f32[B,H]  %d = add %o, %g : f32[B,H]",
                ", t = %t"));
}

// exp(tanh(sin c)) costs more than a store and a load.
TEST(Recompute, KeepsWhatIsExpensive) {
  const std::string loops = R"(%x = input x : f32[T,B]  %s0 = const 0 : f32[B]
    %n, %v, %sT = scan forward T each(%x) with() carry(%s0) : f32[T,B], f32[T,B], f32[B] {
      (%x : f32[B], %s : f32[B])
      %m = mul %s, %x : f32[B]  %n = sin %m : f32[B]  %t = tanh %n : f32[B]  %v = exp %t : f32[B]
      yield(n = %n, v = %v) next(s = %v)
    }
    %e, %dT = scan backward T each(%n, %v) with() carry(%s0) : f32[T,B], f32[B] {
      (%n : f32[B], %v : f32[B], %d1 : f32[B])
      %m = mul %d1, %v : f32[B]  %d = add %m, %n : f32[B]
      yield(e = %d) next(d = %d)
    }  return e = %e)";
  testing::expect_unchanged(recomputed, loops);
}

}  // namespace
}  // namespace rnnc::passes
