#include <gtest/gtest.h>

#include "compiler/passes/split_joins.h"
#include "compiler/passes/split_products.h"
#include "tests/unit/passes/rewrite.h"

namespace rnnc::passes {
namespace {

using testing::expect_rewrite;
using testing::expect_unchanged;

const std::string kJoin = R"(%W = param W : f32[D,"2*H"]  %a = input a : f32[B,H]  %b = input b : f32[B,K]
  %j = concat %a, %b along "2*H" : f32[B,"2*H"]  )";

TEST(SplitJoins, MakesAProductForEachPart) {
  expect_rewrite(
      split_joins, kJoin + R"(%y = contract %W, %j over {"2*H"} : f32[B,D]  return y = %y)",
      kJoin + R"(%Wa = slice %W from "2*H" to H at 0 : f32[D,H]  %p = contract %Wa, %a over {H} : f32[B,D]
                   %Wb = slice %W from "2*H" to K at 3 : f32[D,K]  %q = contract %Wb, %b over {K} : f32[B,D]
                   %y = add %p, %q : f32[B,D]  return y = %y)");
}

TEST(SplitJoins, KeepsTheOrderOfTheOperands) {
  expect_rewrite(
      split_joins, kJoin + R"(%y = contract %j, %W over {"2*H"} : f32[B,D]  return y = %y)",
      kJoin + R"(%Wa = slice %W from "2*H" to H at 0 : f32[D,H]  %p = contract %a, %Wa over {H} : f32[B,D]
                   %Wb = slice %W from "2*H" to K at 3 : f32[D,K]  %q = contract %b, %Wb over {K} : f32[B,D]
                   %y = add %p, %q : f32[B,D]  return y = %y)");
}

// H is the result's own dim: the part of h needs another name.
TEST(SplitJoins, RenamesAPartWhoseDimTheWeightsHave) {
  expect_rewrite(split_joins, R"(%W = param W : f32[H,"2*H"]  %h = input h : f32[B,H]  %x = input x : f32[B,K]
    %j = concat %h, %x along "2*H" : f32[B,"2*H"]  %y = contract %W, %j over {"2*H"} : f32[B,H]  return y = %y)",
                 R"(%W = param W : f32[H,"2*H"]  %h = input h : f32[B,H]  %x = input x : f32[B,K]
    %j = concat %h, %x along "2*H" : f32[B,"2*H"]  %k = view %h : f32[B,H']
    %Wh = slice %W from "2*H" to H' at 0 : f32[H,H']  %p = contract %Wh, %k over {H'} : f32[B,H]
    %Wx = slice %W from "2*H" to K at 3 : f32[H,K]  %q = contract %Wx, %x over {K} : f32[B,H]
    %y = add %p, %q : f32[B,H]  return y = %y)");
}

TEST(SplitJoins, LeavesSumsOverOtherDims) {
  expect_unchanged(split_joins,
                   kJoin + R"(%V = param V : f32[D]  %y = contract %V, %j over {} : f32[B,D,"2*H"]
    return y = %y)");
  expect_unchanged(split_joins, kJoin + R"(%c = input c : f32[B,"2*H"]  %t = tanh %j : f32[B,"2*H"]
    %y = contract %W, %t over {"2*H"} : f32[B,D]  return y = %y)");
}

const std::string kStack =
    R"(%W = param W : f32["2*H",D]  %b = param b : f32["2*H"]  %x = input x : f32[B,D]  )";

TEST(SplitProducts, MakesAProductForEachGate) {
  expect_rewrite(
      split_products, kStack + R"(%p = contract %W, %x over {D} : f32[B,"2*H"]
    %q = broadcast %b : f32[B,"2*H"]  %s = add %p, %q : f32[B,"2*H"]
    %i = slice %s from "2*H" to H at 0 : f32[B,H]  %f = slice %s from "2*H" to H at 3 : f32[B,H]
    return i = %i, f = %f)",
      kStack + R"(%W0 = slice %W from "2*H" to H at 0 : f32[H,D]  %i1 = contract %W0, %x over {D} : f32[B,H]
    %W1 = slice %W from "2*H" to H at 3 : f32[H,D]  %f1 = contract %W1, %x over {D} : f32[B,H]
    %b0 = slice %b from "2*H" to H at 0 : f32[H]  %i2 = broadcast %b0 : f32[B,H]
    %b1 = slice %b from "2*H" to H at 3 : f32[H]  %f2 = broadcast %b1 : f32[B,H]
    %i = add %i1, %i2 : f32[B,H]  %f = add %f1, %f2 : f32[B,H]  return i = %i, f = %f)");
}

// A slice of everything that is read whole as well would be work done twice.
TEST(SplitProducts, LeavesWhatIsReadWhole) {
  expect_unchanged(split_products, kStack + R"(%p = contract %W, %x over {D} : f32[B,"2*H"]
    %i = slice %p from "2*H" to H at 0 : f32[B,H]  return i = %i, p = %p)");
}

TEST(SplitProducts, LeavesSlicesThatOverlap) {
  expect_unchanged(split_products, kStack + R"(%p = contract %W, %x over {D} : f32[B,"2*H"]
    %i = slice %p from "2*H" to H at 0 : f32[B,H]  %f = slice %p from "2*H" to H at 2 : f32[B,H]
    return i = %i, f = %f)");
}

// softmax over the stacked gates mixes them.
TEST(SplitProducts, StopsWhereElementsMeet) {
  expect_unchanged(split_products, kStack + R"(%p = contract %W, %x over {D} : f32[B,"2*H"]
    %v = view %p : f32[B,K,D]  %w = view %v : f32[B,"2*H"]
    %i = slice %w from "2*H" to H at 0 : f32[B,H]  return i = %i)");
}

}  // namespace
}  // namespace rnnc::passes
