#include "compiler/schedule/verify_plan.h"

#include <gtest/gtest.h>

#include "compiler/schedule/deal.h"
#include "compiler/schedule/plan_function.h"
#include "compiler/schedule/slots.h"
#include "tests/gradients/cells.h"
#include "tests/support/ir_text.h"

namespace rnnc::schedule {
namespace {

// A plan that has most kinds of stages, to be spoiled in one way each.
class Spoiled : public ::testing::Test {
 protected:
  Spoiled() {
    ir::Module module = testing::lstm("forward");
    plan = *plan_zero(module.forward, module.dims, {8, 16, true, true, true});
  }
  template <class Kind>
  Kind& first() {
    for (Stage& stage : plan.stages) {
      if (auto* kind = std::get_if<Kind>(&stage.kind)) return *kind;
    }
    ADD_FAILURE() << "the plan has no such stage";
    return std::get<Kind>(plan.stages[0].kind);
  }
  std::string wrong() const {
    auto status = verify(plan);
    return status ? "" : status.error().message;
  }
  Plan plan;
};

TEST_F(Spoiled, NotAtAll) { EXPECT_EQ(wrong(), ""); }

TEST_F(Spoiled, ByAStageThatHasNoPlace) {
  plan.loops[0].body.pop_back();
  EXPECT_EQ(wrong(), "a stage or a loop has no place, or two");
}

TEST_F(Spoiled, ByAnOrderInWhichAProductComesBeforeItsPanels) {
  std::rotate(plan.body.begin(), plan.body.end() - 1, plan.body.end());
  EXPECT_NE(wrong(), "");
}

TEST_F(Spoiled, ByBuffersInOnePlace) {
  for (Buffer& buffer : plan.buffers) {
    if (buffer.place == Place::ring) buffer.slot = plan[plan.loops[0].carries[0].ring].slot;
  }
  EXPECT_NE(wrong().find("are in the same place at the same time"), std::string::npos) << wrong();
}

TEST_F(Spoiled, ByASlotThatIsTooSmall) {
  SlotId slot = plan[plan.loops[0].carries[0].ring].slot;
  plan.slots[slot.index] = SizeExpr(4);
  EXPECT_NE(wrong().find("does not fit into its slot"), std::string::npos) << wrong();
}

TEST_F(Spoiled, ByLifetimesThatAreNotThose) {
  plan.buffers[plan.loops[0].carries[0].ring.index].last -= 1;
  EXPECT_NE(wrong().find("is in use at other times than it says"), std::string::npos) << wrong();
}

TEST_F(Spoiled, ByRowsThatAreNotEvenlySpaced) {
  auto& product = first<ProductStage>();
  for (Axis& axis : product.c.axes) axis.stride = axis.stride * SizeExpr(2);
  EXPECT_NE(wrong().find("multiplies what is not evenly spaced"), std::string::npos) << wrong();
}

TEST_F(Spoiled, ByAnOperationOnALaterValue) {
  for (Stage& stage : plan.stages) {
    auto* lanes = std::get_if<LaneStage>(&stage.kind);
    if (lanes && !lanes->lanes.ops.empty()) lanes->lanes.ops[0].operands[0] = 30000;
  }
  EXPECT_NE(wrong().find("an operation on what is no value before it"), std::string::npos) << wrong();
}

TEST_F(Spoiled, ByADimThatNoLoopWalks) {
  for (Stage& stage : plan.stages) {
    auto* lanes = std::get_if<LaneStage>(&stage.kind);
    if (lanes && !lanes->lanes.ops.empty()) lanes->lanes.dims.pop_back();
  }
  EXPECT_NE(wrong().find("an array along a dim that no loop walks"), std::string::npos) << wrong();
}

TEST_F(Spoiled, ByDividingASum) {
  deal_out(plan);
  for (Stage& stage : plan.stages) {
    if (auto* product = std::get_if<ProductStage>(&stage.kind)) stage.dealt = product->k.front();
  }
  EXPECT_NE(wrong().find("cannot be dealt out like this"), std::string::npos) << wrong();
}

TEST_F(Spoiled, ByDividingHalfALoop) {
  deal_out(plan);
  plan.stages[std::get<StageId>(plan.loops[0].body[0]).index].dealt = {};
  EXPECT_NE(wrong().find("cannot be dealt out like this"), std::string::npos) << wrong();
}

TEST_F(Spoiled, ByPlacesInADividedLoopThatAreNotRowByRow) {
  ir::Module module =
      testing::forward_of("dim H = 8 dim K = 8 batch B time T",
                          "%x = input x : f32[T,B,H]  %w = param w : f32[H,K]  %z = input z : f32[B,H]"
                          "%l = scan forward T each(%x) with(%w) carry(%z) : f32[B,H] {"
                          " (%e : f32[B,H], %w : f32[H,K], %k : f32[B,H])"
                          " %k1 = view %k : f32[B,K]  %p1 = contract %w, %k1 over {K} : f32[B,H]"
                          " %k2 = view %p1 : f32[B,K]  %p2 = contract %w, %k2 over {K} : f32[B,H]"
                          " %k3 = view %p2 : f32[B,K]  %p3 = contract %w, %k3 over {K} : f32[B,H]"
                          " %n = add %p3, %e : f32[B,H]  yield() next(k = %n) }"
                          "return l = %l");
  plan = *plan_zero(module.forward, module.dims, plan.machine);
  deal_out(plan);
  EXPECT_EQ(wrong(), "");
  for (Buffer& buffer : plan.buffers) {
    if (buffer.within.valid()) buffer.elements = SizeExpr::of(plan.batch, plan.dims);
  }
  EXPECT_NE(wrong().find("are in the same place at the same time"), std::string::npos) << wrong();
}

TEST_F(Spoiled, ByWritingAParameter) {
  for (Stage& stage : plan.stages) {
    auto* lanes = std::get_if<LaneStage>(&stage.kind);
    if (lanes && !lanes->lanes.ops.empty()) lanes->lanes.stores[0].to.buffer = BufferId{0};
  }
  EXPECT_NE(wrong().find("writes what is the caller's"), std::string::npos) << wrong();
}

}  // namespace
}  // namespace rnnc::schedule
