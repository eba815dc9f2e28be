#include "compiler/passes/order_sums.h"

#include "tests/unit/passes/rewrite.h"

namespace rnnc::passes {
namespace {

using testing::expect_rewrite;
using testing::expect_unchanged;

// A loop whose state is the sum s of the terms.
std::string sum_loop(const std::string& sum) {
  return R"(%W = param W : f32[H,K]  %x = input x : f32[T,B,H]  %u = input u : f32[T,B,K]  %h0 = const 0 : f32[B,H]
    %y, %hT = scan forward T each(%x, %u) with(%W) carry(%h0) : f32[T,B,H], f32[B,H] {
      (%x : f32[B,H], %u : f32[B,K], %W : f32[H,K], %h1 : f32[B,H])
      %k = view %h1 : f32[B,K]  %p = contract %W, %u over {K} : f32[B,H]  %q = contract %W, %k over {K} : f32[B,H]
      )" +
         sum + R"(
      %h = tanh %s : f32[B,H]
      yield(y = %h) next(h = %h)
    }  return y = %y)";
}

TEST(OrderSums, PutsProductsWithoutStateFirstThenBiasesThenTheState) {
  const std::string ordered = sum_loop("%t = add %p, %x : f32[B,H]  %s = add %t, %q : f32[B,H]");
  expect_unchanged(order_sums, ordered);
  for (const char* sum : {"%t = add %q, %x : f32[B,H]  %s = add %t, %p : f32[B,H]",
                          "%t = add %q, %p : f32[B,H]  %s = add %x, %t : f32[B,H]",
                          "%t = add %x, %p : f32[B,H]  %s = add %q, %t : f32[B,H]"}) {
    expect_rewrite(order_sums, sum_loop(sum), ordered);
  }
}

TEST(OrderSums, PutsOtherTermsOfTheStateLast) {
  expect_rewrite(order_sums, sum_loop("%t = add %h1, %q : f32[B,H]  %s = add %t, %p : f32[B,H]"),
                 sum_loop("%t = add %p, %q : f32[B,H]  %s = add %t, %h1 : f32[B,H]"));
}

TEST(OrderSums, GoesByNameOfTheData) {
  const std::string inputs = R"(%W = param W : f32[H,K]  %b = input b : f32[B,K]  %a = input a : f32[B,K]
    %p = contract %W, %b over {K} : f32[B,H]  %q = contract %W, %a over {K} : f32[B,H]  )";
  expect_rewrite(order_sums, inputs + "%s = add %p, %q : f32[B,H]  return s = %s",
                 inputs + "%s = add %q, %p : f32[B,H]  return s = %s");
}

// A step function has its state as an input and a result.
TEST(OrderSums, KnowsTheStateOfAStep) {
  const std::string inputs =
      R"(%W = param W : f32[H,K]  %h1 = input state.h : f32[B,H]  %u = input u : f32[B,K]
    %k = view %h1 : f32[B,K]  %q = contract %W, %k over {K} : f32[B,H]  %p = contract %W, %u over {K} : f32[B,H]  )";
  testing::expect_rewrite(order_sums, inputs + "%s = add %q, %p : f32[B,H]  return s = %s, state.h = %s",
                          inputs + "%s = add %p, %q : f32[B,H]  return s = %s, state.h = %s",
                          testing::kDims + "state h : f32[B,H] first 0 ");
}

// Both call what leaves them h; inside, one calls it z and the other a.
TEST(OrderSums, GoesByTheNamesInsideOfScans) {
  auto scan = [](const std::string& out, const std::string& inside) {
    return "%" + out + R"(, %last)" + out +
           R"( = scan forward T each(%x) with() carry(%s0) : f32[T,B,K], f32[B,K] {
      (%x : f32[B,K], %s : f32[B,K])
      %)" + inside +
           " = mul %x, %s : f32[B,K]  yield(h = %" + inside + ") next(s = %" + inside + ") }  ";
  };
  const std::string scans =
      "%W = param W : f32[H,K]  %x = input x : f32[T,B,K]  %s0 = input s0 : f32[B,K]  " + scan("g", "z") +
      scan("h", "a") +
      "%p = contract %W, %g over {K} : f32[T,B,H]  %q = contract %W, %h over {K} : f32[T,B,H]  ";
  expect_rewrite(order_sums, scans + "%s = add %p, %q : f32[T,B,H]  return s = %s",
                 scans + "%s = add %q, %p : f32[T,B,H]  return s = %s");
}

TEST(OrderSums, LeavesSumsWithoutProducts) {
  expect_unchanged(order_sums, sum_loop("%t = add %h1, %x : f32[B,H]  %s = sin %t : f32[B,H]"));
}

// A sum that something else reads as well is a value of its own.
TEST(OrderSums, KeepsSumsThatAreReadTwice) {
  expect_unchanged(order_sums, sum_loop("%t = add %x, %x : f32[B,H]  %v = mul %t, %t : f32[B,H]"
                                        "  %w = add %p, %t : f32[B,H]  %z = add %w, %v : f32[B,H]"
                                        "  %s = add %z, %q : f32[B,H]"));
}

}  // namespace
}  // namespace rnnc::passes
