#include "runtime/train/draw.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "runtime/train/generate.h"
#include "runtime/train/random.h"
#include "tests/unit/formats/files.h"

namespace rnnc::train {
namespace {

using formats::contains;
using formats::message;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Random, IsSplitmix64) {
  uint64_t state = 1234567;
  EXPECT_EQ(next_random(state), 6457827717110365317u);
  EXPECT_EQ(next_random(state), 3203168211198807973u);
  EXPECT_EQ(next_random(state), 9817491932198370423u);
}

TEST(Random, BelowIsUniform) {
  uint64_t state = 3;
  std::vector<int> counts(7);
  for (int i = 0; i < 70'000; ++i) ++counts[random_below(state, 7)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 400);
  EXPECT_EQ(random_below(state, 1), 0u);
}

TEST(DrawExp, IsWithinTwoUnitsOfTheLastPlace) {
  double worst = 0;
  for (double x = 0; x > -86; x -= 0.00137) {
    const auto rounded = static_cast<float>(x);
    const double exact = std::exp(static_cast<double>(rounded));
    worst = std::max(worst, std::abs(draw_exp(rounded) - exact) / exact);
  }
  EXPECT_LT(worst, 1.3e-7);
  EXPECT_EQ(draw_exp(0), 1);
  EXPECT_EQ(draw_exp(-86.5f), 0);
  EXPECT_EQ(draw_exp(-kInfinity), 0);
  EXPECT_TRUE(std::isnan(draw_exp(std::nanf(""))));
  EXPECT_GE(draw_exp(-86.0f), std::numeric_limits<float>::min());
}

// Other implementations of the page must find these bits.
TEST(DrawExp, HasTheBitsOfItsDefinition) {
  EXPECT_EQ(std::bit_cast<uint32_t>(draw_exp(-1.0f)), 0x3ebc5ab2u);
  EXPECT_EQ(std::bit_cast<uint32_t>(draw_exp(-0.1f)), 0x3f67a36du);
  EXPECT_EQ(std::bit_cast<uint32_t>(draw_exp(-20.0f)), 0x310da433u);
  uint64_t random = 42;
  EXPECT_EQ(draw_uniform(&random), 12441394 * 0x1p-24f);
}

TEST(DrawToken, TheFrequenciesAreTheSoftmax) {
  const std::vector<float> logits = {1, -kInfinity, 0.5f, -2, 3, 0};
  for (const float temperature : {0.5f, 1.0f, 3.0f}) {
    double sum = 0;
    for (const float logit : logits) sum += std::exp(logit / temperature);
    std::vector<int> counts(logits.size());
    uint64_t random = 7;
    constexpr int kDraws = 200'000;
    for (int i = 0; i < kDraws; ++i) ++counts[static_cast<size_t>(draw_token(logits, temperature, &random))];
    double chi = 0;
    for (size_t i = 0; i < logits.size(); ++i) {
      const double expected = kDraws * std::exp(logits[i] / temperature) / sum;
      if (expected > 0) chi += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    EXPECT_LT(chi, 18.5);  // 4 degrees of freedom: one seed in a thousand
    EXPECT_EQ(counts[1], 0);
  }
}

TEST(DrawToken, WithoutTemperatureTakesTheFirstOfTheLargest) {
  uint64_t random = 5;
  EXPECT_EQ(draw_token(std::vector<float>{0, 2, 2, 1}, 0, &random), 1);
  EXPECT_EQ(draw_token(std::vector<float>{0, 2, 2, 1}, 1e-40f, &random), 1);
  EXPECT_EQ(random, 5u);
}

TEST(DrawToken, SaysWhereThereIsNoDistribution) {
  uint64_t random = 5;
  EXPECT_EQ(draw_token(std::vector<float>{0, std::nanf("")}, 1, &random), -1);
  EXPECT_EQ(draw_token(std::vector<float>{std::nanf(""), 0}, 1, &random), -1);
  EXPECT_EQ(draw_token(std::vector<float>{0, kInfinity}, 1, &random), -1);
  EXPECT_EQ(draw_token(std::vector<float>{-kInfinity, -kInfinity}, 1, &random), -1);
  EXPECT_EQ(draw_token({}, 1, &random), -1);
  EXPECT_EQ(random, 5u);
}

TEST(DrawToken, HugeLogitsAndTemperaturesStayInRange) {
  uint64_t random = 1;
  for (const float temperature : {1e-30f, 1e-10f, 1e10f, 1e30f}) {
    const int32_t drawn = draw_token(std::vector<float>{-3e38f, 3e38f, 2e38f}, temperature, &random);
    EXPECT_TRUE(drawn >= 0 && drawn < 3) << temperature;
  }
}

TEST(KeepTop, LeavesTheFirstOfEquals) {
  std::vector<float> logits = {1, 3, 2, 3, 2};
  keep_top(logits, 3);
  EXPECT_EQ(logits, (std::vector<float>{-kInfinity, 3, 2, 3, -kInfinity}));
  keep_top(logits, 1);
  EXPECT_EQ(logits, (std::vector<float>{-kInfinity, 3, -kInfinity, -kInfinity, -kInfinity}));
  std::vector<float> all = {1, 2};
  keep_top(all, 2);
  keep_top(all, 0);
  EXPECT_EQ(all, (std::vector<float>{1, 2}));
}

// Predicts the token after the previous one with certainty `margin`.
class Counter : public StepModel {
 public:
  const std::vector<FedBack>& targets() const override { return targets_; }
  Status begin() override {
    seen.clear();
    return ok();
  }
  Status step(std::span<const void* const> previous, std::span<float* const> predictions) override {
    const int32_t before = *static_cast<const int32_t*>(previous[0]);
    seen.push_back(before);
    std::fill_n(predictions[0], 5, 0.0f);
    predictions[0][(before + 1) % 5] = margin;
    return ok();
  }
  std::vector<int32_t> seen;
  float margin = 1;
  std::vector<FedBack> targets_ = {{"text", DrawKind::kToken, 5}};
};

std::vector<int32_t> sampled(StepModel& model, const std::vector<int32_t>& prime,
                             const SampleOptions& options) {
  std::vector<int32_t> out;
  const auto done = sample_tokens(model, prime, options, [&](int32_t token) {
    out.push_back(token);
    return true;
  });
  EXPECT_TRUE(done) << message(done);
  return out;
}

TEST(Sample, StartsAfterThePrime) {
  Counter model;
  EXPECT_EQ(sampled(model, {3, 1}, {.temperature = 0, .length = 4}), (std::vector<int32_t>{2, 3, 4, 0}));
  EXPECT_EQ(model.seen, (std::vector<int32_t>{-1, 3, 1, 2, 3, 4}));
  EXPECT_EQ(sampled(model, {}, {.temperature = 0, .length = 3}), (std::vector<int32_t>{0, 1, 2}));
  EXPECT_EQ(sampled(model, {}, {.temperature = 0, .length = 9, .end = 3}), (std::vector<int32_t>{0, 1, 2}));
}

TEST(Sample, TheSeedDecidesAndTopOneIsTheLikeliest) {
  Counter model;
  const SampleOptions options = {.temperature = 1.5f, .seed = 8, .length = 50};
  EXPECT_EQ(sampled(model, {}, options), sampled(model, {}, options));
  SampleOptions other = options;
  other.seed = 9;
  EXPECT_NE(sampled(model, {}, options), sampled(model, {}, other));
  other.top_k = 1;
  EXPECT_EQ(sampled(model, {}, other), sampled(model, {}, {.temperature = 0, .length = 50}));
}

TEST(Sample, TextGoesThroughTheVocabulary) {
  Counter model;
  const auto vocabulary =
      formats::Vocabulary::make({"a", "é", "c", "dd", "<end>"}, formats::TextUnit::kCharacter);
  ASSERT_TRUE(vocabulary) << message(vocabulary);
  std::string out;
  const auto sink = [&](std::string_view piece) {
    out += piece;
    return true;
  };
  ASSERT_TRUE(sample_text(model, *vocabulary, "a", {.temperature = 0, .length = 9}, sink));
  EXPECT_EQ(out, "écdd");  // and then the end
  EXPECT_TRUE(contains(message(sample_text(model, *vocabulary, "x", {}, sink)), "the prime text:1:1: "));
  model.targets_[0].width = 6;
  EXPECT_EQ(message(sample_text(model, *vocabulary, "a", {}, sink)),
            "the vocabulary has 5 entries, but the model predicts 6 tokens");
}

TEST(Sample, RefusesWhatItCannotDo) {
  Counter model;
  const auto sink = [](int32_t) { return true; };
  const auto complaint = [&](const std::vector<int32_t>& prime, const SampleOptions& options) {
    return message(sample_tokens(model, prime, options, sink));
  };
  EXPECT_EQ(complaint({0, 5}, {.length = 1}), "token 1 of the prime text is 5, outside [0, 5)");
  EXPECT_TRUE(contains(complaint({}, {.temperature = -1}), "temperature must be between 0"));
  EXPECT_TRUE(contains(complaint({}, {.temperature = std::nanf("")}), "temperature must be between 0"));
  EXPECT_TRUE(contains(complaint({}, {.top_k = -1}), "top-k must not be negative"));
  model.margin = std::nanf("");
  EXPECT_EQ(complaint({}, {.length = 1}),
            "the prediction of token 0 is not a number; the weights are damaged");
  model.margin = kInfinity;
  EXPECT_EQ(complaint({}, {.length = 1}), "a prediction is infinite; the weights are damaged");
  model.targets_[0].draw = DrawKind::kValue;
  EXPECT_TRUE(contains(complaint({}, {.length = 1}), "predicts one sequence of tokens"));
}

TEST(Sample, BitsHaveTheProbabilityOfTheSigmoid) {
  Sampler sampler({.temperature = 2, .seed = 4});
  const std::vector<float> logits = {3, -kInfinity, kInfinity};
  std::vector<float> out(3);
  double ones = 0;
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_TRUE(sampler.bits(logits, out));
    ones += out[0];
    EXPECT_EQ(out[1], 0);
    EXPECT_EQ(out[2], 1);
  }
  EXPECT_NEAR(ones / 20'000, 1 / (1 + std::exp(-1.5)), 0.01);
}

}  // namespace
}  // namespace rnnc::train
