#include "runtime/train/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rnnc::train {
namespace {

const std::vector<ParameterInfo> kOne = {{"p", {3}}};

// The weights after steps with these gradients, each the same for all three elements.
std::vector<double> walk(const Settings& settings, double first, const std::vector<double>& gradients,
                         double lr) {
  Optimizer optimizer(settings, kOne);
  Arena p(kOne);
  Arena g(kOne);
  std::vector<double> out;
  for (float& value : p.of(0)) value = static_cast<float>(first);
  for (const double gradient : gradients) {
    for (float& value : g.of(0)) value = static_cast<float>(gradient);
    optimizer.step(p, g, lr);
    EXPECT_EQ(p.of(0)[0], p.of(0)[2]);
    out.push_back(p.of(0)[0]);
  }
  for (size_t i = 3; i < p.all().size(); ++i) EXPECT_EQ(p.all()[i], 0.0f) << "the gap moved";
  return out;
}

Settings settings_of(OptimizerKind kind) {
  Settings settings;
  settings.optimizer = kind;
  return settings;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], wanted[i], 2e-7 * std::max(1.0, std::abs(wanted[i])));
}

TEST(Arena, ParametersAreAlignedAndApart) {
  const std::vector<ParameterInfo> parameters = {{"a", {3, 7}}, {"b", {}}, {"c", {0}}, {"d", {16}}};
  Arena arena(parameters);
  EXPECT_EQ(arena.elements(), 21u + 1 + 0 + 16);
  for (const float* pointer : arena.pointers())
    EXPECT_EQ(reinterpret_cast<uintptr_t>(pointer) % RNNC_ALIGN, 0u);
  arena.of(0)[20] = 1;
  arena.of(1)[0] = 2;
  EXPECT_EQ(arena.of(0).size(), 21u);
  EXPECT_EQ(*arena.pointers()[1], 2);
  Arena moved = std::move(arena);
  EXPECT_EQ(*moved.pointers()[1], 2);
  EXPECT_EQ(moved.of(1).data(), moved.pointers()[1]);
}

TEST(Optimizer, PlainSgd) {
  expect_near(walk(settings_of(OptimizerKind::kSgd), 1, {0.5, -2, 0.25}, 0.1), {0.95, 1.15, 1.125});
}

TEST(Optimizer, SgdWithDecay) {
  Settings settings = settings_of(OptimizerKind::kSgd);
  settings.weight_decay = 0.1;
  // p (1 - lr decay) - lr g
  expect_near(walk(settings, 2, {1, 1}, 0.5), {2 * 0.95 - 0.5, (2 * 0.95 - 0.5) * 0.95 - 0.5});
}

TEST(Optimizer, SgdWithMomentumAddsUpAGeometricSeries) {
  Settings settings = settings_of(OptimizerKind::kSgd);
  settings.momentum = 0.9;
  // v: 1, 1.9, 2.71, then without gradient 2.439
  expect_near(walk(settings, 0, {1, 1, 1, 0}, 0.1), {-0.1, -0.29, -0.561, -0.8049});
}

TEST(Optimizer, RmspropDividesByTheRootOfAMeanSquare) {
  Settings settings = settings_of(OptimizerKind::kRmsprop);
  settings.beta2 = 0.75;
  settings.eps = 0.5;
  // s: 1, 1.75: 2² / 4 = 1; 0.75 + 4/4 = 1.75
  const double first = 1 - 0.1 * 2 / (1 + 0.5);
  expect_near(walk(settings, 1, {2, 2}, 0.1), {first, first - 0.1 * 2 / (std::sqrt(1.75) + 0.5)});
}

TEST(Optimizer, RmspropWithMomentumKeepsWhatItDivided) {
  Settings settings = settings_of(OptimizerKind::kRmsprop);
  settings.beta2 = 0.75;
  settings.eps = 0.5;
  settings.momentum = 0.5;
  const double first = 2 / 1.5;
  const double second = 0.5 * first + 2 / (std::sqrt(1.75) + 0.5);
  expect_near(walk(settings, 0, {2, 2}, 0.1), {-0.1 * first, -0.1 * (first + second)});
}

TEST(Optimizer, RmspropForgetsAsPyTorchDoesUnlessTold) {
  EXPECT_EQ(smoothing(settings_of(OptimizerKind::kRmsprop)), 0.99);
  EXPECT_EQ(smoothing(settings_of(OptimizerKind::kAdam)), 0.999);
  // s = 0.01 g², so the first step is ten times lr.
  expect_near(walk(settings_of(OptimizerKind::kRmsprop), 0, {3}, 0.1), {-1});
}

TEST(Optimizer, AdamStepsBySignAndRateUnderOneGradient) {
  // Both corrections cancel: every step is lr g / (|g| + eps).
  Settings settings = settings_of(OptimizerKind::kAdam);
  settings.eps = 0.25;
  const double step = 0.1 * 0.5 / 0.75;
  expect_near(walk(settings, 1, {0.5, 0.5, 0.5}, 0.1), {1 - step, 1 - 2 * step, 1 - 3 * step});
}

TEST(Optimizer, AdamByHand) {
  Settings settings = settings_of(OptimizerKind::kAdam);
  settings.beta1 = 0.5;
  settings.beta2 = 0.75;
  // g: 1, -3.  m: 0.5, -1.25; s: 0.25, 2.4375; corrections 1 - 0.5² = 0.75 and 1 - 0.75² = 0.4375
  const double second = (-1.25 / 0.75) / std::sqrt(2.4375 / 0.4375);
  expect_near(walk(settings, 0, {1, -3}, 0.1), {-0.1, -0.1 - 0.1 * second});
}

TEST(Optimizer, AdamAddsDecayToTheGradient) {
  Settings settings = settings_of(OptimizerKind::kAdam);
  settings.weight_decay = 0.5;
  settings.eps = 1;
  const double g = 1 + 0.5 * 4;
  expect_near(walk(settings, 4, {1}, 0.1), {4 - 0.1 * g / (g + 1)});
}

TEST(Optimizer, AdamwShrinksWeightsApart) {
  Settings settings = settings_of(OptimizerKind::kAdamw);
  settings.weight_decay = 0.5;
  settings.eps = 1;
  const double first = 4 * (1 - 0.1 * 0.5) - 0.1 * 0.5;
  expect_near(walk(settings, 4, {1, 1}, 0.1), {first, first * 0.95 - 0.05});
  // Without a gradient only the decay is left.
  expect_near(walk(settings, 4, {0, 0}, 0.1), {3.8, 3.61});
}

TEST(Optimizer, WeightsStayWithinTheirBound) {
  Settings settings = settings_of(OptimizerKind::kSgd);
  settings.max_weight = 0.499;
  expect_near(walk(settings, 0.4, {-10, 0.099, 10, 10}, 1), {0.499, 0.4, -0.499, -0.499});
  settings.optimizer = OptimizerKind::kAdam;
  expect_near(walk(settings, 0.4, {-10}, 1), {0.499});
}

// However many threads there are, to the bit.
TEST(Optimizer, ThreadsChangeNoBit) {
  const std::vector<ParameterInfo> parameters = {{"a", {100'003}}, {"b", {7}}};
  for (OptimizerKind kind : {OptimizerKind::kSgd, OptimizerKind::kRmsprop, OptimizerKind::kAdamw}) {
    std::vector<std::vector<float>> weights;
    std::vector<double> norms;
    for (int threads : {1, 3}) {
      core::Team team(threads);
      Arena p(parameters), g(parameters);
      for (size_t i = 0; i < p.all().size(); ++i) p.all()[i] = static_cast<float>(i % 17) - 8;
      Optimizer optimizer(settings_of(kind), parameters);
      for (int step = 0; step < 3; ++step) {
        for (size_t i = 0; i < g.all().size(); ++i) g.all()[i] = 1.0f / static_cast<float>(i % 1013 + 1);
        norms.push_back(norm_of(g, team));
        clip_to(g, norms.back(), 1, team);
        optimizer.step(p, g, 0.1, team);
      }
      weights.emplace_back(p.all().begin(), p.all().end());
    }
    EXPECT_EQ(weights[0], weights[1]);
    EXPECT_EQ(std::vector(norms.begin(), norms.begin() + 3), std::vector(norms.begin() + 3, norms.end()));
  }
}

TEST(Gradient, TheNormIsThatOfAllParameters) {
  const std::vector<ParameterInfo> parameters = {{"a", {2}}, {"b", {1}}};
  Arena g(parameters);
  g.of(0)[0] = 2;
  g.of(0)[1] = -3;
  g.of(1)[0] = 6;
  EXPECT_DOUBLE_EQ(norm_of(g), 7);
  clip_to(g, 7, 8);
  EXPECT_EQ(g.of(1)[0], 6);
  clip_to(g, 7, 3.5);
  EXPECT_NEAR(g.of(0)[0], 1, 1e-6);
  EXPECT_NEAR(g.of(0)[1], -1.5, 1e-6);
  EXPECT_NEAR(g.of(1)[0], 3, 1e-6);
  EXPECT_LE(norm_of(g), 3.5);
}

TEST(Gradient, TheNormOfHugeAndManyElementsIsExactEnough) {
  const std::vector<ParameterInfo> parameters = {{"a", {100'003}}};
  Arena g(parameters);
  for (float& value : g.of(0)) value = 1e30f;
  EXPECT_NEAR(norm_of(g) / (1e30 * std::sqrt(100'003.0)), 1, 1e-7);
  g.of(0)[77] = std::nanf("");
  EXPECT_TRUE(std::isnan(norm_of(g)));
}

}  // namespace
}  // namespace rnnc::train
