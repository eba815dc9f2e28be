#include "compiler/schedule/freeze.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/schedule/describe.h"
#include "compiler/schedule/plan_function.h"
#include "compiler/schedule/verify_plan.h"
#include "tests/support/ir_text.h"

namespace rnnc::schedule {
namespace {

Plan plan_with_weights() {
  ir::Module module = testing::forward_of(
      "dim H = 3 dim X = 2 batch B",
      "%x = input x : f32[B,X]  %w = param w : f32[H,X]  %p = contract %w, %x over {X} : f32[B,H]"
      "%y = tanh %p : f32[B,H]  return y = %y");
  return *plan_function(module.forward, module.dims, {4, 16, true, true, true});
}

size_t packs(const Plan& plan) {
  return static_cast<size_t>(std::count_if(plan.stages.begin(), plan.stages.end(), [](const Stage& stage) {
    return std::holds_alternative<PackStage>(stage.kind);
  }));
}

TEST(Freeze, PanelsOfKnownWeightsAreConstants) {
  const Plan plan = plan_with_weights(), done = frozen(plan, {{"w", {1, 2, 3, 4, 5, 6}}});
  ASSERT_EQ(packs(plan), 1u);
  EXPECT_EQ(packs(done), 0u);
  EXPECT_TRUE(verify(done)) << verify(done).error().message;
  EXPECT_TRUE(reads_param(plan, 0));
  EXPECT_FALSE(reads_param(done, 0));
  ASSERT_EQ(done.constants.size(), 1u);
  // Step by step of X the column of H, which has zeros behind it.
  const std::vector<double>& panels = done.constants[0].values;
  ASSERT_EQ(panels.size() % 2, 0u);
  const size_t width = panels.size() / 2;
  std::vector<double> expected(panels.size(), 0);
  for (size_t h = 0; h < 3; ++h) {
    expected[h] = 1 + 2 * static_cast<double>(h);
    expected[width + h] = 2 + 2 * static_cast<double>(h);
  }
  EXPECT_EQ(panels, expected);
  EXPECT_LT(done.slots.size(), plan.slots.size());
}

TEST(Freeze, WhatIsNotKnownStays) {
  const Plan plan = plan_with_weights();
  EXPECT_EQ(frozen(plan, {}), plan);
  EXPECT_EQ(frozen(plan, {{"v", {1}}}), plan);
}

}  // namespace
}  // namespace rnnc::schedule
