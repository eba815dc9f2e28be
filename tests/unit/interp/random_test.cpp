#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/unit/interp/run.h"

namespace rnnc::interp {
namespace {

constexpr const char* kRandomTable = "batch B time T dim H = 5 dim K = 2";

std::vector<double> draw(const std::string& how, const std::string& type, const RandomKeys& keys,
                         int64_t batch, int64_t steps) {
  Arguments given;
  given.batch = batch;
  given.steps["T"] = steps;
  given.keys = keys;
  return run(kRandomTable, "%r = random " + how + " : " + type + " return r = %r", given)["r"].values;
}

TEST(Random, DependsOnNeitherBatchNorOrder) {
  auto both = draw("uniform site 1 per step", "f32[B,T,H]", {.seed = 9, .sequence = {4, 7}}, 2, 3);
  auto swapped = draw("uniform site 1 per step", "f32[B,T,H]", {.seed = 9, .sequence = {7, 4}}, 2, 3);
  auto alone = draw("uniform site 1 per step", "f32[B,T,H]", {.seed = 9, .sequence = {7}}, 1, 3);
  ASSERT_EQ(both.size(), 30U);
  EXPECT_EQ(std::vector<double>(both.begin() + 15, both.end()), alone);
  EXPECT_EQ(std::vector<double>(swapped.begin(), swapped.begin() + 15), alone);
}

TEST(Random, DependsOnNoWindow) {
  auto whole = draw("normal site 1 per step", "f32[T,B,H]", {.sequence = {3}}, 1, 5);
  auto second = draw("normal site 1 per step", "f32[T,B,H]", {.sequence = {3}, .first_t = {2}}, 1, 3);
  auto step = draw("normal site 1 per step", "f32[B,H]", {.sequence = {3}, .first_t = {4}}, 1, 1);
  EXPECT_EQ(std::vector<double>(whole.begin() + 10, whole.end()), second);
  EXPECT_EQ(std::vector<double>(whole.begin() + 20, whole.end()), step);
}

TEST(Random, DependsNotOnWhereBatchAndTimeStand) {
  RandomKeys keys{.seed = 5};
  auto a = draw("uniform site 1 per step", "f32[T,B,H]", keys, 2, 3);
  auto b = draw("uniform site 1 per step", "f32[H,B,T]", keys, 2, 3);
  for (size_t t = 0; t < 3; ++t) {
    for (size_t row = 0; row < 2; ++row) {
      for (size_t h = 0; h < 5; ++h) EXPECT_EQ(a[(t * 2 + row) * 5 + h], b[(h * 2 + row) * 3 + t]);
    }
  }
}

TEST(Random, CountsTheConstantDimsRowMajor) {
  auto a = draw("uniform site 1 per step", "f32[B,K,H]", {}, 1, 1);
  auto b = draw("uniform site 1 per step", "f32[K,B,H]", {}, 1, 1);
  EXPECT_EQ(a, b);
}

TEST(Random, DrawsOnceForASequence) {
  auto first = draw("uniform site 1 per sequence", "f32[B,H]", {.sequence = {3}, .first_t = {0}}, 1, 1);
  EXPECT_EQ(first, draw("uniform site 1 per sequence", "f32[B,H]", {.sequence = {3}, .first_t = {9}}, 1, 1));
  EXPECT_NE(first, draw("uniform site 1 per sequence", "f32[B,H]", {.sequence = {4}}, 1, 1));
  EXPECT_NE(first, draw("uniform site 1 per sequence", "f32[B,H]", {.epoch = 1, .sequence = {3}}, 1, 1));
  EXPECT_NE(first, draw("uniform site 1 per step", "f32[B,H]", {.sequence = {3}}, 1, 1));
}

TEST(Random, DrawsOnceForATrainingStepOfAParameter) {
  auto first = draw("uniform site 1 per parameter", "f32[K,H]", {.sequence = {3}}, 1, 1);
  EXPECT_EQ(first, draw("uniform site 1 per parameter", "f32[K,H]",
                        {.epoch = 8, .sequence = {4}, .first_t = {2}}, 1, 1));
  EXPECT_NE(first, draw("uniform site 1 per parameter", "f32[K,H]", {.step = 1}, 1, 1));
  EXPECT_NE(first, draw("uniform site 1 per parameter", "f32[K,H]", {.seed = 1}, 1, 1));
  EXPECT_NE(first, draw("uniform site 2 per parameter", "f32[K,H]", {}, 1, 1));
}

struct Moments {
  double mean = 0, variance = 0, fourth = 0;
};

Moments moments(const std::vector<double>& values) {
  Moments m;
  auto n = static_cast<double>(values.size());
  for (double v : values) m.mean += v / n;
  for (double v : values) m.variance += (v - m.mean) * (v - m.mean) / n;
  for (double v : values) m.fourth += std::pow(v - m.mean, 4) / n;
  return m;
}

// 100,000 draws; bounds of five standard deviations.
TEST(Random, HasTheMomentsOfItsDistributions) {
  constexpr double n = 100000;
  auto uniform = draw("uniform site 1 per step", "f32[B,T,H]", {}, 20, 1000);
  Moments u = moments(uniform);
  EXPECT_NEAR(u.mean, 0.5, 5 * std::sqrt(1 / (12 * n)));
  EXPECT_NEAR(u.variance, 1 / 12.0, 5 * std::sqrt(1 / (180 * n)));
  EXPECT_GE(*std::min_element(uniform.begin(), uniform.end()), 0);
  EXPECT_LT(*std::max_element(uniform.begin(), uniform.end()), 1);

  Moments g = moments(draw("normal site 1 per step", "f32[B,T,H]", {}, 20, 1000));
  EXPECT_NEAR(g.mean, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(g.variance, 1, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(g.fourth, 3, 5 * std::sqrt(96 / n));

  Moments b = moments(draw("bernoulli 0.8 site 1 per step", "bool[B,T,H]", {}, 20, 1000));
  EXPECT_NEAR(b.mean, 0.8, 5 * std::sqrt(0.16 / n));
}

// A draw is true exactly where the uniform draw of the same words is below p.
TEST(Random, BernoulliComparesTheUniformDraw) {
  auto uniform = draw("uniform site 1 per step", "f32[B,T,H]", {}, 4, 100);
  for (double p : {0.1, 0.5, 0.8}) {
    auto mask = draw("bernoulli " + std::to_string(p) + " site 1 per step", "bool[B,T,H]", {}, 4, 100);
    for (size_t i = 0; i < uniform.size(); ++i) ASSERT_EQ(mask[i], uniform[i] < p ? 1 : 0);
  }
}

}  // namespace
}  // namespace rnnc::interp
