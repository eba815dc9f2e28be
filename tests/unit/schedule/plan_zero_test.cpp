#include "compiler/schedule/plan_function.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/autodiff/differentiate.h"
#include "compiler/schedule/cost.h"
#include "compiler/schedule/describe.h"
#include "compiler/schedule/slots.h"
#include "compiler/schedule/verify_plan.h"
#include "tests/gradients/cells.h"
#include "tests/gradients/op_cases.h"
#include "tests/support/central_differences.h"
#include "tests/support/ir_text.h"
#include "tests/support/random_ir.h"

namespace rnnc::schedule {
namespace {

const Machine kMachine{8, 16, true, true, true};

Plan plan_of(const ir::Function& function, const ir::DimTable& dims) {
  auto plan = plan_zero(function, dims, kMachine);
  EXPECT_TRUE(plan) << plan.error().message;
  auto status = verify(*plan);
  EXPECT_TRUE(status) << status.error().message << "\n" << describe(*plan);
  return *plan;
}

Plan plan_of(const std::string& instructions) {
  ir::Module module =
      testing::forward_of("dim X = 5 dim H = 3 dim K = 3 dim \"2H\" = 6 batch B time T time S", instructions);
  return plan_of(module.forward, module.dims);
}

template <class Kind>
std::vector<Kind> all_of(const Plan& plan) {
  std::vector<Kind> found;
  for (const Stage& stage : plan.stages) {
    if (const auto* kind = std::get_if<Kind>(&stage.kind)) found.push_back(*kind);
  }
  return found;
}

TEST(PlanZero, JoinsElementWiseInstructionsOverTheSameDims) {
  Plan plan = plan_of(
      "%a = input a : f32[B,H]  %b = param b : f32[H]  %c = broadcast %b : f32[B,H]  %d = add %a, %c : "
      "f32[B,H]"
      "%e = tanh %d : f32[B,H]  %f = mul %e, %a : f32[B,H]  return y = %f");
  ASSERT_EQ(plan.stages.size(), 1u);
  const auto& lanes = std::get<LaneStage>(plan.stages[0].kind).lanes;
  EXPECT_EQ(lanes.loads.size(), 2u);
  EXPECT_EQ(lanes.ops.size(), 3u);
  EXPECT_EQ(lanes.stores.size(), 1u);
  EXPECT_TRUE(plan.slots.size() == 1);  // for a caller that does not want y
}

TEST(PlanZero, MakesAStageOfItsOwnWhereAStageWaits) {
  Plan plan = plan_of(
      "%a = input a : f32[B,H]  %w = param w : f32[H,K]  %d = neg %a : f32[B,H]"
      "%p = contract %d, %w over {H} : f32[B,K]  %e = exp %p : f32[B,K]  return y = %e");
  ASSERT_EQ(all_of<ProductStage>(plan).size(), 1u);
  EXPECT_EQ(all_of<PackStage>(plan).size(), 1u);
  ASSERT_EQ(all_of<LaneStage>(plan).size(), 2u);
  EXPECT_EQ(plan.stages.back().apart, Apart::waits);
  EXPECT_EQ(plan.stages.back().on, "p");
}

TEST(PlanZero, ReadsViewsSlicesAndBroadcastsWhereTheyStand) {
  Plan plan = plan_of(
      "%a = input a : f32[B,\"2H\"]  %s = slice %a from \"2H\" to H at 3 : f32[B,H]  %v = view %s : f32[B,K]"
      "%w = broadcast %v : f32[B,X,K]  %y = neg %w : f32[B,X,K]  return y = %y");
  ASSERT_EQ(plan.stages.size(), 1u);
  const auto& load = std::get<LaneStage>(plan.stages[0].kind).lanes.loads.at(0);
  const auto& access = std::get<Access>(load.from);
  EXPECT_EQ(access.offset, SizeExpr(3));
  EXPECT_EQ(access.stride(plan.batch), SizeExpr(6));
  EXPECT_TRUE(access.stride(plan.dims.find("X")).is_zero());
}

TEST(PlanZero, PacksWeightsBeforeTheLoopInWhichTheyDoNotChange) {
  ir::Module module = testing::lstm("forward");
  Plan plan = plan_of(module.forward, module.dims);
  ASSERT_EQ(plan.loops.size(), 1u);
  for (const Node& node : plan.loops[0].body) {
    const Stage& stage = plan[std::get<StageId>(node)];
    EXPECT_FALSE(std::holds_alternative<PackStage>(stage.kind)) << stage.name;
  }
  EXPECT_EQ(all_of<PackStage>(plan).size(), 8u);
  EXPECT_EQ(all_of<ProductStage>(plan).size(), 8u);
  // All gates are one element-wise stage.
  EXPECT_EQ(plan.loops[0].body.size(), 9u);
}

TEST(PlanZero, LeavesOutWhatNobodyReads) {
  Plan plan = plan_of(
      "%a = input a : f32[B,H]  %b = exp %a : f32[B,H]  %c = reduce sum %b over {H} : f32[B]  %y = neg %a : "
      "f32[B,H]"
      "return y = %y");
  EXPECT_EQ(plan.stages.size(), 1u);
}

TEST(PlanZero, LetsBuffersShareMemoryWhoseLivesDoNotOverlap) {
  Plan plan = plan_of(
      "%a = input a : f32[B,H]  %w = param w : f32[H,K]  %p = contract %a, %w over {H} : f32[B,K]"
      "%q = view %p : f32[B,H]  %r = contract %q, %w over {H} : f32[B,K]  %s = view %r : f32[B,H]"
      "%t = contract %s, %w over {H} : f32[B,K]  %u = view %t : f32[B,H]  %v = contract %u, %w over {H} : "
      "f32[B,K]"
      "return y = %v");
  EXPECT_EQ(all_of<PackStage>(plan).size(), 1u) << "the same weights are packed once";
  // Panels; two places in turn.
  EXPECT_EQ(plan.slots.size(), 3u);
}

TEST(PlanZero, ClearsWhatIsPastTheEndsOnlyWhereThereAreLengths) {
  const std::string body = "%a = input a : f32[T,B,H]  %b = exp %a : f32[T,B,H]  return y = %b";
  EXPECT_TRUE(all_of<ClearStage>(plan_of(body)).empty());
  Plan ragged = plan_of("%n = input lengths.T : i32[B]  " + body);
  EXPECT_EQ(all_of<AdmitStage>(ragged).size(), 1u);
  EXPECT_EQ(all_of<ClearStage>(ragged).size(), 2u);
}

TEST(PlanZero, RefusesAScanOverTheTimeOfTheScanAroundIt) {
  ir::Module module = testing::forward_of("dim H = 3 batch B time T", R"(
    %h = input h : f32[B,H]
    %a = scan forward T each() with() carry(%h) : f32[B,H] {
      (%h1 : f32[B,H])
      %b = scan forward T each() with() carry(%h1) : f32[B,H] {
        (%h2 : f32[B,H])
        %n = tanh %h2 : f32[B,H]
        yield() next(h = %n)
      }
      yield() next(h = %b)
    }
    return y = %a)");
  auto plan = plan_zero(module.forward, module.dims, kMachine);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().message, "a scan over T within a scan over T has no plan");
}

TEST(PlanZero, IsThePlanOfEveryFunction) {
  for (const ir::OpInfo& row : ir::all_ops()) {
    for (const std::string& text : testing::gradient_cases(row.op)) {
      SCOPED_TRACE(text);
      ir::Module module = testing::case_module(text);
      ir::DimTable dims = module.dims;
      Plan plan = plan_of(module.forward, module.dims);
      EXPECT_EQ(plan, *plan_zero(module.forward, module.dims, kMachine));
      ir::Function gradient =
          autodiff::differentiate(module.forward, dims, testing::request_everything(module.forward));
      plan_of(gradient, dims);
    }
  }
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    ir::Module module = testing::random_module(seed, 30);
    plan_of(module.forward, module.dims);
  }
}

TEST(PlanZero, CountsWhatItCosts) {
  Plan plan = plan_of(
      "%a = input a : f32[T,B,H]  %w = param w : f32[H,X]  %p = contract %a, %w over {H} : f32[T,B,X]  "
      "return y = %p");
  Cost cost = cost_of(plan);
  EXPECT_EQ(cost.flops.to_text(plan.dims), "30*B*T");
  Plan element_wise = plan_of("%a = input a : f32[B,H]  %b = add %a, %a : f32[B,H]  return y = %b");
  EXPECT_EQ(cost_of(element_wise).flops.to_text(element_wise.dims), "3*B");
  EXPECT_EQ(cost_of(element_wise).read.to_text(element_wise.dims), "12*B");
  EXPECT_EQ(cost_of(element_wise).written.to_text(element_wise.dims), "12*B");
}

TEST(Describe, SaysWhatStandsWhereAndWhy) {
  Plan plan = plan_of(
      "%a = input a : f32[B,H]  %w = param w : f32[H,K]  %p = contract %a, %w over {H} : f32[B,K]"
      "%e = exp %p : f32[B,K]  %s = reduce sum %e over {B,K} : f32[]  return y = %s");
  EXPECT_EQ(describe(plan), R"(forward: 4 stages, no loop over time, for vectors of 8 lanes.
A call is 72*B FLOP, reads 36*B + 132 and writes 24*B + 100 bytes.

w: bring w into panels of 8 columns; 132 bytes
p: product of [B; H] and [H; K] in tiles of 6 x 1 vectors; 18*B FLOP; 24*B + 96 bytes
e: element by element over B, K: exp; 51*B FLOP; 24*B bytes; by itself because it needs all of p
s: sum over B, K; 3*B FLOP; 12*B + 4 bytes

6 buffers in 3 places:
  96 bytes: y, w
  12*B bytes: p
  12*B bytes: e
)");
}

}  // namespace
}  // namespace rnnc::schedule
