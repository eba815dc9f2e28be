#include <gtest/gtest.h>

#include "tests/unit/schedule/planned.h"

namespace rnnc::schedule {
namespace {

Plan anew_plan_of(const std::string& body) { return planned("dim H = 24 batch B time T", body); }

// The ops of all sums, and whether some array has the name.
std::vector<ir::Op> ops_of_sums(const Plan& plan) {
  std::vector<ir::Op> ops;
  for (const Stage& stage : plan.stages) {
    const auto* fold = std::get_if<FoldStage>(&stage.kind);
    for (size_t i = 0; fold && i < fold->lanes.ops.size(); ++i) ops.push_back(fold->lanes.ops[i].op);
  }
  return ops;
}
bool stores(const Plan& plan, const std::string& name) {
  return std::any_of(plan.buffers.begin(), plan.buffers.end(),
                     [&](const Buffer& buffer) { return buffer.name == name; });
}

TEST(MakeAnew, ASumOfSquaresReadsWhatItSquares) {
  Plan plan = anew_plan_of(
      "%x = input x : f32[T,B,H]  %q = mul %x, %x : f32[T,B,H]  %s = reduce sum %q over {H} : f32[T,B]"
      "return s = %s");
  EXPECT_EQ(ops_of_sums(plan), std::vector<ir::Op>{ir::Op::mul});
  EXPECT_FALSE(stores(plan, "q"));
}

TEST(MakeAnew, AFunctionThatIsNotCheapIsStored) {
  Plan plan = anew_plan_of(
      "%x = input x : f32[T,B,H]  %q = tanh %x : f32[T,B,H]  %s = reduce sum %q over {H} : f32[T,B]"
      "return s = %s");
  EXPECT_TRUE(stores(plan, "q"));
}

TEST(MakeAnew, WhatWouldHaveToBeStoredInsteadIsNotReadAgain) {
  Plan plan = anew_plan_of(
      "%x = input x : f32[T,B,H]  %e = tanh %x : f32[T,B,H]  %q = mul %e, %e : f32[T,B,H]"
      "%s = reduce sum %q over {H} : f32[T,B]  return s = %s");
  EXPECT_TRUE(stores(plan, "q"));
  EXPECT_FALSE(stores(plan, "e"));
}

TEST(MakeAnew, AResultIsStored) {
  Plan plan = anew_plan_of(
      "%x = input x : f32[T,B,H]  %q = mul %x, %x : f32[T,B,H]  %s = reduce sum %q over {H} : f32[T,B]"
      "return s = %s, q = %q");
  EXPECT_EQ(ops_of_sums(plan), std::vector<ir::Op>{});
}

}  // namespace
}  // namespace rnnc::schedule
