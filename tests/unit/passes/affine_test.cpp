#include "compiler/passes/affine.h"

#include "compiler/passes/dead_code.h"
#include "tests/unit/passes/rewrite.h"

namespace rnnc::passes {
namespace {

// A loop with one state, s, which becomes n; y is yielded.
std::string loop(const std::string& body, const std::string& first = "input s0 : f32[B]",
                 const std::string& direction = "forward") {
  return "%a = input a : f32[T,B]  %b = input b : f32[T,B]  %c = input c : f32[T,B]  %s0 = " + first +
         "  %y, %sT = scan " + direction + R"( T each(%a, %b, %c) with() carry(%s0) : f32[T,B], f32[B] {
      (%a : f32[B], %b : f32[B], %c : f32[B], %s : f32[B])
      )" +
         body + R"(
      yield(y = %n) next(s = %n)
    }  return y = %y)";
}

// What is left over goes with dead code.
ir::Function solved(const ir::Function& function, ir::DimTable& dims) {
  return dead_code(affine(function, dims), dims);
}

void expect_solved(const std::string& body, const std::string& after,
                   const std::string& first = "input s0 : f32[B]", const std::string& direction = "forward") {
  const std::string inputs = "%a = input a : f32[T,B]  %b = input b : f32[T,B]  %c = input c : f32[T,B]  ";
  testing::expect_rewrite(solved, loop(body, first, direction),
                          inputs + "%s0 = " + first + "  " + after + "  return y = %y");
}

void expect_kept(const std::string& body, const std::string& first = "input s0 : f32[B]") {
  testing::expect_unchanged(affine, loop(body, first));
}

TEST(Affine, SolvesALinearRecurrence) {
  expect_solved("%p = mul %a, %s : f32[B]  %n = add %p, %b : f32[B]",
                "%y = prefix affine plus_times forward %a, %b, %s0 along T : f32[T,B]");
  expect_solved("%p = mul %a, %s : f32[B]  %n = add %p, %b : f32[B]",
                "%y = prefix affine plus_times backward %a, %b, %s0 along T : f32[T,B]", "input s0 : f32[B]",
                "backward");
}

// n = c + a · (s − c), a leaky integrator: the coefficient is a, the rest c − a · c.
TEST(Affine, BringsCoefficientAndRestTogether) {
  expect_solved("%d = sub %s, %c : f32[B]  %p = mul %a, %d : f32[B]  %n = add %c, %p : f32[B]",
                R"(%m = neg %c : f32[T,B]  %r = mul %m, %a : f32[T,B]  %b2 = add %c, %r : f32[T,B]
                   %y = prefix affine plus_times forward %a, %b2, %s0 along T : f32[T,B])");
}

TEST(Affine, ChoosesCoefficientAndRestWhereAStateIsKept) {
  expect_solved("%k = less %a, %b : bool[B]  %n = select %k, %s, %c : f32[B]",
                R"(%one = const 1 : f32[T,B]  %k = less %a, %b : bool[T,B]  %zero = const 0 : f32[T,B]
                   %p = select %k, %one, %zero : f32[T,B]  %z = const 0 : f32[T,B]  %q = select %k, %z, %c : f32[T,B]
                   %y = prefix affine plus_times forward %p, %q, %s0 along T : f32[T,B])");
}

TEST(Affine, SumsWhatIsOnlyAdded) {
  expect_solved("%p = add %s, %b : f32[B]  %n = sub %p, %c : f32[B]",
                R"(%r = sub %b, %c : f32[T,B]
                   %y = prefix sum forward %r, %s0 along T : f32[T,B])");
}

TEST(Affine, SolvesMaximaOfShiftedStates) {
  expect_solved("%p = add %a, %s : f32[B]  %n = max %p, %b : f32[B]",
                "%y = prefix affine max_plus forward %a, %b, %s0 along T : f32[T,B]", "const -inf : f32[B]");
  expect_solved("%n = max %s, %b : f32[B]", "%y = prefix max forward %b, %s0 along T : f32[T,B]");
}

TEST(Affine, ComputesTheRestForAllStepsAtOnce) {
  testing::expect_rewrite(solved, R"(%a = input a : f32[T,B]  %s0 = input s0 : f32[B]
    %y, %z, %sT = scan forward T each(%a) with() carry(%s0) : f32[T,B], f32[T,B], f32[B] {
      (%a : f32[B], %s : f32[B])
      %n = mul %a, %s : f32[B]  %t = tanh %n : f32[B]  %u = mul %t, %s : f32[B]
      yield(y = %n, z = %u) next(s = %n)
    }  return y = %y, z = %z, s = %sT)",
                          R"(%a = input a : f32[T,B]  %s0 = input s0 : f32[B]  %zero = const 0 : f32[T,B]
    %y = prefix affine plus_times forward %a, %zero, %s0 along T : f32[T,B]
    %s = shift %y, %s0 along T by 1 : f32[T,B]  %t = tanh %y : f32[T,B]  %z = mul %t, %s : f32[T,B]
    %len = input lengths.T : i32[B]  %none = const 0 : i32[B]  %one = const 1 : i32[B]
    %last = sub %len, %one : i32[B]  %end = gather %y, %last along T : f32[B]
    %empty = equal %len, %none : bool[B]  %sT = select %empty, %s0, %end : f32[B]
    return y = %y, z = %z, s = %sT)");
}

TEST(Affine, KeepsWhatIsNotLinear) {
  expect_kept("%p = mul %a, %s : f32[B]  %n = tanh %p : f32[B]");
  expect_kept("%n = mul %s, %s : f32[B]");
  expect_kept("%n = div %a, %s : f32[B]");
  expect_kept("%k = less %s, %b : bool[B]  %n = select %k, %s, %c : f32[B]");
  expect_kept("%p = mul %a, %s : f32[B]  %n = max %p, %b : f32[B]");
}

// At a tie of max(b, s) the gradient is b's; a prefix would give it to s.
TEST(Affine, KeepsWhoTakesTheGradientAtATie) { expect_kept("%n = max %b, %s : f32[B]"); }

// 0 · ∞ would be NaN where the state is not chosen.
TEST(Affine, KeepsStatesThatBeginInfinite) {
  expect_kept("%k = less %a, %b : bool[B]  %n = select %k, %s, %c : f32[B]", "const -inf : f32[B]");
}

TEST(Affine, KeepsProductsThatMixElements) {
  testing::expect_unchanged(solved,
                            R"(%W = param W : f32[H,K]  %x = input x : f32[T,B,H]  %s0 = const 0 : f32[B,H]
    %y, %sT = scan forward T each(%x) with(%W) carry(%s0) : f32[T,B,H], f32[B,H] {
      (%x : f32[B,H], %W : f32[H,K], %s : f32[B,H])
      %k = view %s : f32[B,K]  %p = contract %W, %k over {K} : f32[B,H]  %n = add %p, %x : f32[B,H]
      yield(y = %n) next(s = %n)
    }  return y = %y)");
}

// A matrix memory that is read by a product: its values over time would be H times what leaves the loop.
TEST(Affine, KeepsStatesThatAreLargerThanWhatIsYielded) {
  testing::expect_unchanged(solved, R"(%v = input v : f32[T,B,H]  %q = input q : f32[T,B,D]
    %C0 = const 0 : f32[B,H,D]
    %y, %CT = scan forward T each(%v, %q) with() carry(%C0) : f32[T,B,H], f32[B,H,D] {
      (%v : f32[B,H], %q : f32[B,D], %C1 : f32[B,H,D])
      %vq = contract %v, %q over {} : f32[B,H,D]  %C = add %C1, %vq : f32[B,H,D]
      %y = contract %C, %q over {D} : f32[B,H]
      yield(y = %y) next(C = %C)
    }  return y = %y)");
}

}  // namespace
}  // namespace rnnc::passes
