#include "runtime/train/settings.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/formats/files.h"

namespace rnnc::train {
namespace {

using formats::contains;
using formats::message;

// What a flag `--key=text` does.
Status set_text(Settings& settings, std::string_view key, std::string_view text) {
  const auto value = parse_setting(text);
  if (!value) return value.error();
  return set(settings, key, *value, "--" + std::string(key));
}

std::string setting_complaint(std::string_view key, std::string_view text) {
  Settings settings;
  return message(set_text(settings, key, text));
}

TEST(Settings, TakeNumbersWordsAndSchedules) {
  Settings settings;
  ASSERT_TRUE(set_text(settings, "optimizer", "adamw"));
  ASSERT_TRUE(set_text(settings, "lr", "cosine(2e-3, warmup = 500)"));
  ASSERT_TRUE(set_text(settings, "clip", "5"));
  ASSERT_TRUE(set_text(settings, "tbptt", " 64 "));
  ASSERT_TRUE(set_text(settings, "seed", "0"));
  EXPECT_EQ(settings.optimizer, OptimizerKind::kAdamw);
  EXPECT_EQ(settings.lr.kind, ScheduleKind::kCosine);
  EXPECT_EQ(settings.lr.warmup, 500);
  EXPECT_EQ(settings.clip, 5);
  EXPECT_EQ(settings.tbptt, 64);
  EXPECT_EQ(settings.seed, 0u);
  // A later plain number forgets the schedule.
  ASSERT_TRUE(set_text(settings, "lr", ".01"));
  EXPECT_EQ(to_string(settings.lr), "0.01");
}

TEST(Settings, RefuseWhatMakesNoSense) {
  EXPECT_EQ(setting_complaint("optimizer", "lion"), "optimizer is sgd, rmsprop, adam or adamw");
  EXPECT_EQ(setting_complaint("optimizer", "3"), "optimizer is sgd, rmsprop, adam or adamw");
  EXPECT_EQ(setting_complaint("lr", "-1"), "lr must be positive, and this is -1");
  EXPECT_EQ(setting_complaint("lr", "fast"), "lr takes a number");
  EXPECT_EQ(setting_complaint("batch", "cosine(1)"), "batch takes a number");
  EXPECT_EQ(setting_complaint("batch", "1.5"), "batch must be a whole number, at least 1, and this is 1.5");
  EXPECT_EQ(setting_complaint("batch", "1e300"),
            "batch must be a whole number, at least 1, and this is 1e+300");
  EXPECT_EQ(setting_complaint("beta1", "1"), "beta1 must be at least 0 and below 1, and this is 1");
  EXPECT_TRUE(contains(setting_complaint("learning_rate", "1"),
                       "there is no setting learning_rate; there are optimizer, lr, "));
  for (const char* text :
       {"", "2e-3x", "cosine(", "cosine(1", "cosine(1,)", "cosine(warmup 3)", "a b", "5)"}) {
    EXPECT_TRUE(contains(setting_complaint("lr", text), "neither a number, nor a word, nor a schedule"))
        << text;
  }
}

TEST(Settings, RefuseSchedulesThatMakeNoSense) {
  EXPECT_EQ(setting_complaint("lr", "linear(1)"),
            "there is no schedule linear; there are constant, cosine, exponential, step and plateau");
  EXPECT_EQ(setting_complaint("lr", "cosine(1, gamma = 2)"),
            "cosine has no setting gamma; it has end, warmup");
  EXPECT_EQ(setting_complaint("lr", "step(1, every = 0)"), "every of step must be positive, and this is 0");
  EXPECT_EQ(setting_complaint("lr", "step(1, gamma = 2, gamma = 2)"), "gamma of step is set twice");
  EXPECT_EQ(setting_complaint("lr", "cosine(0)"), "the learning rate must be positive, and this is 0");
  EXPECT_EQ(setting_complaint("lr", "cosine(1, 2)"),
            "cosine takes the learning rate first and all else by name: cosine(2e-3, warmup = 500)");
}

TEST(Settings, TheTableHasEveryOneWithItsOrigin) {
  Settings settings;
  ASSERT_TRUE(set(settings, "clip", SettingValue(5.0), "train {}"));
  ASSERT_TRUE(set_text(settings, "lr", "plateau(0.01)"));
  const auto rows = rows_of(settings);
  EXPECT_EQ(rows.size(), 18u);
  const std::string table =
      table_of({{"optimizer", "adam", "default"}, {"clip", "5", "train {}"}, {"V", "65", ""}});
  EXPECT_EQ(table,
            "optimizer  adam  (default)\n"
            "clip       5     (train {})\n"
            "V          65\n");
  const std::string all = table_of(rows);
  EXPECT_TRUE(contains(
      all, "plateau(0.01, factor = 0.1, patience = 10, threshold = 0.0001, min = 0, warmup = 0)  (--lr)"));
  EXPECT_TRUE(contains(all, "tbptt         none   (default)"));
  EXPECT_TRUE(contains(all, "beta2         0.999  (default)"));
}

// The rates of the first steps.
std::vector<double> rates(const char* text, int64_t steps, int64_t epoch = 0) {
  Settings settings;
  EXPECT_TRUE(set_text(settings, "lr", text));
  std::vector<double> out;
  for (int64_t step = 0; step < steps; ++step) out.push_back(rate_at(settings.lr, {step, steps, epoch}, {}));
  return out;
}

TEST(Schedule, WarmsUpInEqualSteps) {
  const auto got = rates("constant(8, warmup = 4)", 6);
  EXPECT_EQ(got, (std::vector<double>{2, 4, 6, 8, 8, 8}));
}

TEST(Schedule, TheCosineFallsFromRateToEnd) {
  const auto got = rates("cosine(1, end = 0.2, warmup = 2)", 6);
  EXPECT_EQ(got[0], 0.5);
  EXPECT_DOUBLE_EQ(got[2], 1);
  EXPECT_DOUBLE_EQ(got[4], 0.6);  // half way
  EXPECT_GT(got[5], 0.2);
  Schedule schedule;
  schedule.kind = ScheduleKind::kCosine;
  EXPECT_EQ(rate_at(schedule, {10, 10, 0}, {}), 0);
  EXPECT_EQ(rate_at(schedule, {50, 10, 0}, {}), 0);
}

TEST(Schedule, ExponentialAndStepCountEpochs) {
  EXPECT_DOUBLE_EQ(rates("exponential(2, gamma = 0.5)", 1, 3)[0], 0.25);
  EXPECT_DOUBLE_EQ(rates("exponential(2)", 1, 1)[0], 1.9);
  EXPECT_DOUBLE_EQ(rates("step(2, every = 3, gamma = 0.5)", 1, 2)[0], 2);
  EXPECT_DOUBLE_EQ(rates("step(2, every = 3, gamma = 0.5)", 1, 3)[0], 1);
  EXPECT_DOUBLE_EQ(rates("step(2, every = 3, gamma = 0.5)", 1, 6)[0], 0.5);
}

TEST(Schedule, APlateauOfMoreThanPatienceEpochsLowersTheRate) {
  Settings settings;
  ASSERT_TRUE(
      set_text(settings, "lr", "plateau(1, factor = 0.5, patience = 1, threshold = 0.01, min = 0.3)"));
  Plateau plateau;
  std::vector<double> got;
  for (const double loss : {3.0, 2.0, 1.99, 2.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, std::nan("")}) {
    end_epoch(settings.lr, loss, plateau);
    got.push_back(rate_at(settings.lr, {0, 1, 0}, plateau));
  }
  // 1.99 is no gain over 2 (less than 1 %); 2.5 is the second bad epoch.
  EXPECT_EQ(got, (std::vector<double>{1, 1, 1, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3, 0.3, 0.3}));
  EXPECT_EQ(plateau.best, 1);
}

}  // namespace
}  // namespace rnnc::train
