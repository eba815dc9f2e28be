#include "compiler/schedule/deal.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "compiler/schedule/uses.h"
#include "tests/support/ir_text.h"
#include "tests/unit/schedule/planned.h"

namespace rnnc::schedule {
namespace {

Plan deal_plan_of(const std::string& body, const Choices& choices = {}) {
  return planned("dim H = 24 dim X = 5 batch B time T", body, choices);
}

// By stage: the name of the dim whose indices the threads divide.
std::vector<std::string> dealt(const Plan& plan) {
  std::vector<std::string> dims;
  walk(plan, {[&](StageId id, LoopId) {
         const ir::DimId dim = plan[id].dealt;
         dims.push_back(dim.valid() ? plan.dims[dim].name : "");
       }});
  return dims;
}

TEST(Deal, ALoopIsDividedBySequences) {
  ir::Module module = testing::lstm("forward");
  Plan plan = *plan_function(module.forward, module.dims, kPlannedFor);
  ASSERT_TRUE(plan.dealt);
  ASSERT_EQ(plan.loops.size(), 1u);
  EXPECT_TRUE(plan.loops[0].dealt);
  for (const Node& node : plan.loops[0].body)
    EXPECT_EQ(plan[std::get<StageId>(node)].dealt, plan.batch) << plan[std::get<StageId>(node)].name;
}

TEST(Deal, ASumIsNotDividedButWhatItLeavesIs) {
  Plan plan = deal_plan_of(
      "%x = input x : f32[T,B,H]  %s = reduce sum %x over {T,B} : f32[H]  %a = reduce sum %s over {H} : f32[]"
      "return s = %s, a = %a");
  EXPECT_EQ(dealt(plan), (std::vector<std::string>{"H", ""}));
}

TEST(Deal, ALoopThatSumsOverSequencesIsRunByOneThread) {
  Plan plan = deal_plan_of(
      "%x = input x : f32[T,B,H]  %w = param w : f32[H]"
      "%l = scan forward T each(%x) with() carry(%w) : f32[H] {"
      " (%e : f32[B,H], %k : f32[H])"
      " %r = reduce sum %e over {B} : f32[H]  %n = add %r, %k : f32[H]"
      " yield() next(k = %n) }"
      "return h = %l");
  ASSERT_EQ(plan.loops.size(), 1u);
  EXPECT_FALSE(plan.loops[0].dealt);
}

TEST(Deal, WithoutTheChoiceThereIsOneThread) {
  Plan plan = deal_plan_of("%x = input x : f32[T,B,H]  %y = tanh %x : f32[T,B,H]  return y = %y",
                           Choices::for_one_thread());
  EXPECT_FALSE(plan.dealt);
  EXPECT_EQ(dealt(plan), std::vector<std::string>{""});
}

// Threads may be at different steps: what they keep within one lies apart, row by row.
TEST(Deal, PlacesWithinALoopAreSharedOnlyRowByRow) {
  int meetings = 0;
  for (const ir::Module& module :
       {testing::gru("forward"), testing::slstm("forward"), testing::mlstm("forward")}) {
    Plan plan = *plan_zero(module.forward, module.dims, kPlannedFor);
    Choices deals = Choices::none();
    deals.deal_out = true;
    Plan dealt = *plan_function(module.forward, module.dims, kPlannedFor, deals);
    const std::vector<bool> rows = lie_by_rows(dealt);
    EXPECT_GE(dealt.slots.size(), plan.slots.size());
    for (uint32_t i = 0; i < dealt.buffers.size(); ++i) {
      for (uint32_t j = 0; j < i; ++j) {
        const Buffer &a = dealt.buffers[i], &b = dealt.buffers[j];
        bool meet = a.slot.valid() && a.slot == b.slot && a.within.valid() && b.within.valid();
        meetings += meet ? 1 : 0;
        EXPECT_TRUE(!meet || (rows[i] && rows[j] && a.elements == b.elements)) << a.name << ", " << b.name;
      }
    }
  }
  EXPECT_GT(meetings, 0);
}

TEST(Deal, UnitsAreDividedWhereAStepHasEnoughToDo) {
  auto plan_of = [](int units) {
    return planned(fmt::format("dim H = {0} dim K = {0} batch B time T", units),
                   "%x = input x : f32[T,B,H]  %f = input f : f32[B,H]  %w = param w : f32[H,K]"
                   "%l = scan forward T each(%x) with(%w) carry(%f) : f32[B,H] {"
                   " (%e : f32[B,H], %m : f32[H,K], %s : f32[B,H])"
                   " %k = view %s : f32[B,K]  %p = contract %m, %k over {K} : f32[B,H]"
                   " %n = add %p, %e : f32[B,H]  yield() next(n = %n) }"
                   "return h = %l");
  };
  Plan small = plan_of(16), large = plan_of(256);
  ASSERT_EQ(small.loops.size(), 1u);
  EXPECT_TRUE(small.loops[0].dealt);
  EXPECT_FALSE(small.loops[0].by_units);
  EXPECT_TRUE(large.loops[0].by_units);
  for (const Node& node : large.loops[0].body) {
    const Stage& stage = large[std::get<StageId>(node)];
    EXPECT_EQ(large.dims[stage.units].name, "H") << stage.name;
  }
}

TEST(Deal, UnitsAreOnesOfTheStage) {
  ir::Module module = testing::lstm("forward");
  Plan plan = *plan_function(module.forward, module.dims, kPlannedFor);
  divide_units(plan, true);
  EXPECT_TRUE(verify(plan));
  plan.stages[std::get<StageId>(plan.loops[0].body[0]).index].units = plan.batch;
  EXPECT_FALSE(verify(plan));
}

}  // namespace
}  // namespace rnnc::schedule
