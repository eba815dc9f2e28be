#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/ir/text.h"
#include "compiler/schedule/describe.h"
#include "compiler/schedule/plan_function.h"
#include "compiler/schedule/verify_plan.h"
#include "tests/support/ir_text.h"

namespace rnnc::schedule {
namespace {

constexpr Machine kTileMachine{8, 16, true, true, true};

Plan tile_plan_of(const std::string& body, const Choices& choices = {}) {
  ir::Module module =
      testing::forward_of("dim H = 24 dim K = 24 dim X = 5 dim N = 4 dim D = 6 batch B time T", body);
  auto plan = plan_function(module.forward, module.dims, kTileMachine, choices);
  EXPECT_TRUE(plan) << plan.error().message;
  auto status = verify(*plan);
  EXPECT_TRUE(status) << status.error().message;
  return *plan;
}

std::vector<TileStage> tiles(const Plan& plan) {
  std::vector<TileStage> tiles;
  for (const Stage& stage : plan.stages) {
    if (const auto* tile = std::get_if<TileStage>(&stage.kind)) tiles.push_back(*tile);
  }
  return tiles;
}

size_t count(const Plan& plan, const char* kind) {
  return static_cast<size_t>(std::count_if(plan.stages.begin(), plan.stages.end(),
                                           [&](const Stage& stage) { return kind_of(stage) == kind; }));
}

const char* const kTwoGates =
    "%x = input x : f32[T,B,X]  %w = param w : f32[H,X]  %v = param v : f32[H,X]  %b = param b : f32[H]"
    "%p = contract %w, %x over {X} : f32[T,B,H]  %q = contract %v, %x over {X} : f32[T,B,H]"
    "%c = broadcast %b : f32[T,B,H]  %s = add %p, %c : f32[T,B,H]  %g = sigmoid %s : f32[T,B,H]"
    "%u = tanh %q : f32[T,B,H]  %y = mul %g, %u : f32[T,B,H]  return y = %y";

TEST(TilePlan, ProductsRunWithTheGraphThatReadsThem) {
  Plan plan = tile_plan_of(kTwoGates);
  std::vector<TileStage> all = tiles(plan);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].slots, 2);
  EXPECT_EQ(all[0].products.size(), 2u);
  EXPECT_EQ(all[0].rows.size(), 2u) << "steps and sequences are one row of tiles";
  EXPECT_EQ(count(plan, "lanes") + count(plan, "product"), 0u);
}

TEST(TilePlan, WithoutTheChoiceItIsPlanZero) {
  Plan plan = tile_plan_of(kTwoGates, Choices::none());
  EXPECT_TRUE(tiles(plan).empty());
  EXPECT_EQ(count(plan, "product"), 2u);
}

TEST(TilePlan, ProductsThatMeetInAnAdditionHaveOneSum) {
  const char* text =
      "%x = input x : f32[B,X]  %h = input h : f32[B,K]  %w = param w : f32[H,X]  %u = param u : f32[H,K]"
      "%p = contract %w, %x over {X} : f32[B,H]  %q = contract %u, %h over {K} : f32[B,H]"
      "%s = add %p, %q : f32[B,H]  %y = tanh %s : f32[B,H]  return y = %y";
  std::vector<TileStage> joined = tiles(tile_plan_of(text));
  ASSERT_EQ(joined.size(), 1u);
  EXPECT_EQ(joined[0].slots, 1);
  EXPECT_EQ(joined[0].products.size(), 2u);
  Choices apart;
  apart.join_sums = false;
  std::vector<TileStage> two = tiles(tile_plan_of(text, apart));
  ASSERT_EQ(two.size(), 1u);
  EXPECT_EQ(two[0].slots, 2);
}

TEST(TilePlan, ASumThatOthersReadIsStoredToo) {
  Plan plan = tile_plan_of(
      "%x = input x : f32[B,X]  %w = param w : f32[H,X]  %p = contract %w, %x over {X} : f32[B,H]"
      "%y = tanh %p : f32[B,H]  %s = reduce max %p over {H} : f32[B]  return y = %y, p = %p, s = %s");
  std::vector<TileStage> all = tiles(plan);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].lanes.stores.size(), 2u);
  EXPECT_EQ(count(plan, "product"), 0u);
}

TEST(TilePlan, AProductThatNoGraphReadsStandsByItself) {
  Plan plan = tile_plan_of(
      "%x = input x : f32[B,X]  %w = param w : f32[H,X]  %p = contract %w, %x over {X} : f32[B,H]"
      "%s = reduce max %p over {H} : f32[B]  return s = %s");
  EXPECT_TRUE(tiles(plan).empty());
  EXPECT_EQ(count(plan, "product"), 1u);
}

TEST(TilePlan, WhatIsNotEvenlySpacedAlongItsUnitsKeepsAProductOut) {
  Plan plan = tile_plan_of(
      "%x = input x : f32[B,X]  %w = param w : f32[N,D,X]  %f = input f : f32[B,N]"
      "%p = contract %w, %x over {X} : f32[B,N,D]  %g = broadcast %f : f32[B,N,D]"
      "%y = mul %p, %g : f32[B,N,D]  return y = %y");
  EXPECT_TRUE(tiles(plan).empty());
  EXPECT_EQ(count(plan, "product"), 1u);
  EXPECT_EQ(count(plan, "lanes"), 1u);
}

TEST(TilePlan, HeadsAreLoopsAround) {
  std::vector<TileStage> all = tiles(
      tile_plan_of("%h = input h : f32[B,N,X]  %w = param w : f32[N,D,X]  %z = input z : f32[B,N,D]"
                   "%p = contract %w, %h over {X} : f32[B,N,D]  %s = add %p, %z : f32[B,N,D]  %y = tanh %s "
                   ": f32[B,N,D]  return y = %y"));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].heads.size(), 1u);
  EXPECT_EQ(all[0].outer, all[0].heads);
}

TEST(TilePlan, SumsOverStepsAndSequencesAreNoTiles) {
  Plan plan = tile_plan_of(
      "%x = input x : f32[T,B,X]  %d = input d : f32[T,B,H]  %z = input z : f32[H,X]"
      "%p = contract %d, %x over {T,B} : f32[H,X]  %y = add %p, %z : f32[H,X]  return y = %y");
  EXPECT_TRUE(tiles(plan).empty());
}

}  // namespace
}  // namespace rnnc::schedule
