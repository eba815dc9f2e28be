#include "compiler/passes/simplify.h"

#include "compiler/passes/dead_code.h"
#include "tests/unit/passes/rewrite.h"

namespace rnnc::passes {
namespace {

// y is made of the inputs a, b and c: f32[B,H]. What is left over goes with dead code.
void expect_simple(const std::string& before, const std::string& after) {
  const std::string inputs = "%a = input a : f32[B,H]  %b = input b : f32[B,H]  %c = input c : bool[B,H]  ";
  testing::expect_rewrite([](const ir::Function& function,
                             ir::DimTable& dims) { return dead_code(simplify(function, dims), dims); },
                          inputs + before + "  return y = %y", inputs + after);
}

TEST(Simplify, DropsNeutralOperands) {
  for (const char* neutral :
       {"%n = const 0 : f32[B,H]  %y = add %a, %n : f32[B,H]",
        "%n = const 0 : f32[B,H]  %y = add %n, %a : f32[B,H]",
        "%n = const 0 : f32[B,H]  %y = sub %a, %n : f32[B,H]",
        "%n = const 1 : f32[B,H]  %y = mul %n, %a : f32[B,H]",
        "%n = const 1 : f32[B,H]  %y = div %a, %n : f32[B,H]",
        "%n = const 1 : f32[B,H]  %y = pow %a, %n : f32[B,H]", "%y = max %a, %a : f32[B,H]",
        "%y = select %c, %a, %a : f32[B,H]", "%m = neg %a : f32[B,H]  %y = neg %m : f32[B,H]",
        "%e = exp %a : f32[B,H]  %y = log %e : f32[B,H]"}) {
    expect_simple(neutral, "return y = %a");
  }
}

// 0 · ∞ and 0 · NaN are NaN.
TEST(Simplify, KeepsProductsWithZero) {
  const std::string product = "%n = const 0 : f32[B,H]  %y = mul %n, %a : f32[B,H]";
  expect_simple(product, product + "  return y = %y");
}

TEST(Simplify, TakesSignsTogether) {
  expect_simple("%n = neg %b : f32[B,H]  %y = add %a, %n : f32[B,H]",
                "%y = sub %a, %b : f32[B,H]  return y = %y");
  expect_simple("%n = neg %a : f32[B,H]  %y = add %n, %b : f32[B,H]",
                "%y = sub %b, %a : f32[B,H]  return y = %y");
  expect_simple("%n = neg %b : f32[B,H]  %y = sub %a, %n : f32[B,H]",
                "%y = add %a, %b : f32[B,H]  return y = %y");
  expect_simple("%d = sub %a, %b : f32[B,H]  %y = neg %d : f32[B,H]",
                "%y = sub %b, %a : f32[B,H]  return y = %y");
  expect_simple("%n = neg %a : f32[B,H]  %m = neg %b : f32[B,H]  %y = mul %n, %m : f32[B,H]",
                "%y = mul %a, %b : f32[B,H]  return y = %y");
  expect_simple("%n = const -1 : f32[B,H]  %y = mul %a, %n : f32[B,H]",
                "%y = neg %a : f32[B,H]  return y = %y");
  expect_simple("%n = neg %a : f32[B,H]  %y = abs %n : f32[B,H]", "%y = abs %a : f32[B,H]  return y = %y");
}

TEST(Simplify, SquaresByMultiplying) {
  expect_simple("%n = const 2 : f32[B,H]  %y = pow %a, %n : f32[B,H]",
                "%y = mul %a, %a : f32[B,H]  return y = %y");
}

TEST(Simplify, FoldsConstants) {
  expect_simple(R"(%two = const 2 : f32[H]  %three = const 3 : f32[H]  %five = add %two, %three : f32[H]
                   %wide = broadcast %five : f32[B,H]  %y = mul %a, %wide : f32[B,H])",
                "%n = const 5 : f32[B,H]  %y = mul %a, %n : f32[B,H]  return y = %y");
  expect_simple(R"(%one = const 1 : f32[B,H]  %two = const 2 : f32[B,H]  %less = less %one, %two : bool[B,H]
                   %y = select %less, %a, %b : f32[B,H])",
                "return y = %a");
  expect_simple(R"(%n = const 2.5 : f32[B,H]  %i = cast %n : i32[B,H]  %j = add %i, %i : i32[B,H]
                   %r = cast %j : f32[B,H]  %y = sub %a, %r : f32[B,H])",
                "%n = const 4 : f32[B,H]  %y = sub %a, %n : f32[B,H]  return y = %y");
}

TEST(Simplify, LeavesWhatWrapsAroundToThoseWhoWrap) {
  const std::string sum =
      R"(%n = const 2147483647 : i32[B,H]  %s = add %n, %n : i32[B,H]  %r = cast %s : f32[B,H]
                             %y = add %a, %r : f32[B,H])";
  expect_simple(sum, sum + "  return y = %y");
}

TEST(Simplify, DoesOnceWhatIsTheSameForEachCopy) {
  expect_simple(
      R"(%v = input v : f32[B]  %w = input w : f32[B]  %one = const 1 : f32[B,H]
                   %vH = broadcast %v : f32[B,H]  %wH = broadcast %w : f32[B,H]
                   %s = add %vH, %wH : f32[B,H]  %t = div %one, %s : f32[B,H]  %y = mul %a, %t : f32[B,H])",
      R"(%v = input v : f32[B]  %w = input w : f32[B]  %s = add %v, %w : f32[B]  %one = const 1 : f32[B]
                   %t = div %one, %s : f32[B]  %tH = broadcast %t : f32[B,H]  %y = mul %a, %tH : f32[B,H]
                   return y = %y)");
}

TEST(Simplify, MultipliesOnceWhatIsRepeated) {
  expect_simple(R"(%W = param W : f32[D,H]  %aS = broadcast %a : f32[S,B,H]
                   %y = contract %W, %aS over {H} : f32[S,B,D])",
                R"(%W = param W : f32[D,H]  %p = contract %W, %a over {H} : f32[B,D]
                   %y = broadcast %p : f32[S,B,D]  return y = %y)");
  expect_simple(
      R"(%w = param w : f32[H]  %wB = broadcast %w : f32[B,H]  %y = contract %wB, %a over {H} : f32[B])",
      R"(%w = param w : f32[H]  %y = contract %w, %a over {H} : f32[B]  return y = %y)");
  const std::string sum = R"(%w = param w : f32[H]  %wB = broadcast %w : f32[B,H]
                             %y = contract %wB, %a over {B,H} : f32[])";
  expect_simple(sum, sum + "  return y = %y");
}

TEST(Simplify, MakesALogSoftmaxOfTheLogarithmOfASoftmax) {
  expect_simple(
      R"(%m = reduce max %a over {H} : f32[B]  %mH = broadcast %m : f32[B,H]  %d = sub %a, %mH : f32[B,H]
                   %e = exp %d : f32[B,H]  %s = reduce sum %e over {H} : f32[B]  %sH = broadcast %s : f32[B,H]
                   %p = div %e, %sH : f32[B,H]  %y = log %p : f32[B,H])",
      R"(%m = reduce max %a over {H} : f32[B]  %mH = broadcast %m : f32[B,H]  %d = sub %a, %mH : f32[B,H]
                   %e = exp %d : f32[B,H]  %s = reduce sum %e over {H} : f32[B]  %l = log %s : f32[B]
                   %lH = broadcast %l : f32[B,H]  %y = sub %d, %lH : f32[B,H]  return y = %y)");
}

TEST(Simplify, MakesOneArrangementOfTwo) {
  expect_simple(
      R"(%v = input v : f32[B]  %vD = broadcast %v : f32[B,D]  %vDH = broadcast %vD : f32[D,B,H]
                   %y = tanh %vDH : f32[D,B,H])",
      "%v = input v : f32[B]  %t = tanh %v : f32[B]  %y = broadcast %t : f32[D,B,H]  return y = %y");
  expect_simple(R"(%w = input w : f32[B,"H*D"]  %v = view %w : f32[B,H,D]  %y = view %v : f32[B,D,H])",
                R"(%w = input w : f32[B,"H*D"]  %y = view %w : f32[B,D,H]  return y = %y)");
  expect_simple(
      R"(%w = input w : f32[T,B]  %f = flip %w along T : f32[T,B]  %y = flip %f along T : f32[T,B])",
      R"(%w = input w : f32[T,B]  return y = %w)");
  expect_simple("%s = reduce sum %a over {H} : f32[B]  %y = reduce sum %s over {B} : f32[]",
                "%y = reduce sum %a over {B,H} : f32[]  return y = %y");
}

TEST(Simplify, FindsWhatASliceIsCutFrom) {
  const std::string join = R"(%k = input k : f32[B,K]  %j = concat %a, %k along "2*H" : f32[B,"2*H"]  )";
  expect_simple(join + R"(%y = slice %j from "2*H" to H at 0 : f32[B,H])",
                "%k = input k : f32[B,K]  return y = %a");
  expect_simple(join + R"(%y = slice %j from "2*H" to K at 3 : f32[B,K])",
                "%k = input k : f32[B,K]  return y = %k");
  expect_simple(join + R"(%y = slice %j from "2*H" to D at 4 : f32[B,D])",
                "%k = input k : f32[B,K]  %y = slice %k from K to D at 1 : f32[B,D]  return y = %y");
  const std::string both = join + R"(%y = slice %j from "2*H" to D at 2 : f32[B,D])";
  expect_simple(both, both + "  return y = %y");
  const std::string pad = R"(%p = pad %a from H to "2*H" at 3 : f32[B,"2*H"]  )";
  expect_simple(pad + R"(%y = slice %p from "2*H" to H at 3 : f32[B,H])", "return y = %a");
  expect_simple(pad + R"(%y = slice %p from "2*H" to K at 0 : f32[B,K])",
                "%y = const 0 : f32[B,K]  return y = %y");
}

TEST(Simplify, JoinsWhatWasPaddedSideBySide) {
  const std::string left = R"(%p = pad %a from H to "2*H" at 0 : f32[B,"2*H"]  )";
  const std::string right = R"(%q = pad %b from H to "2*H" at 3 : f32[B,"2*H"]  )";
  expect_simple(left + right + R"(%y = add %q, %p : f32[B,"2*H"])",
                R"(%y = concat %a, %b along "2*H" : f32[B,"2*H"]  return y = %y)");
  const std::string over =
      left + R"(%q = pad %b from H to "2*H" at 2 : f32[B,"2*H"]  %y = add %p, %q : f32[B,"2*H"])";
  expect_simple(over, over + "  return y = %y");
}

TEST(Simplify, LooksIntoBodies) {
  const std::string before = R"(%x = input x : f32[T,B]  %s0 = const 0 : f32[B]
    %y, %sT = scan forward T each(%x) with() carry(%s0) : f32[T,B], f32[B] {
      (%x : f32[B], %s : f32[B])
      %o = const 1 : f32[B]  %p = mul %x, %o : f32[B]  %n = add %p, %s : f32[B]
      yield(y = %n) next(s = %n) })";
  expect_simple(before, R"(%x = input x : f32[T,B]  %s0 = const 0 : f32[B]
    %y, %sT = scan forward T each(%x) with() carry(%s0) : f32[T,B], f32[B] {
      (%x : f32[B], %s : f32[B])
      %n = add %x, %s : f32[B]
      yield(y = %n) next(s = %n) }  return y = %y)");
}

}  // namespace
}  // namespace rnnc::passes
