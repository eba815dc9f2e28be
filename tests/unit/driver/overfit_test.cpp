// One batch, again and again.
#include "compiler/driver/overfit.h"

#include <cmath>

#include "compiler/driver/trainable.h"
#include "runtime/train/npz_data.h"
#include "tests/unit/driver/model.h"

namespace rnnc::driver {
namespace {

constexpr const char* kOverfitSpec =
    "model M[H = 8] {\n  input x: seq [X]\n  target y: seq [1]\n"
    "  p = x |> GRU[H] |> linear[1]\n  loss mse(p, y)\n}\n";

train::Data data_of(const train::Signature& signature) {
  std::vector<float> x(6 * 5 * 2), y(6 * 5);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(std::sin(0.7 * static_cast<double>(i + 1)));
  for (size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(std::cos(0.9 * static_cast<double>(i)));
  auto all = train::dataset_of(
      {formats::make_tensor("x", {6, 5, 2}, x), formats::make_tensor("y", {6, 5, 1}, y)}, signature, "data");
  return train::hold_out(std::move(*all), 0.2, 1);
}

class Notes : public train::Report {
 public:
  void step(const train::Progress&) override { ++steps; }
  void epoch(const train::Progress&) override { ++epochs; }
  void note(const std::string&) override {}
  int steps = 0, epochs = 0;
};

TEST(Overfit, KeepsTheFirstBatchAlone) {
  SpecModel spec(kOverfitSpec, {{"X", 2}});
  auto trainable = Trainable::create(spec.model, {});
  ASSERT_TRUE(static_cast<bool>(trainable));
  train::Data data = data_of(trainable->model().signature());
  train::Settings settings;
  settings.batch = 3;
  settings.patience = 2;
  settings.lr.kind = train::ScheduleKind::kExponential;
  const auto order = train::shuffled(data.training, settings.seed, 0);
  keep_first_batch(data, settings);
  EXPECT_EQ(std::set<int64_t>(data.training.begin(), data.training.end()),
            std::set<int64_t>(order.begin(), order.begin() + 3));
  EXPECT_TRUE(data.validation.empty());
  EXPECT_EQ(settings.steps, 500);
  EXPECT_FALSE(settings.patience.has_value());
  EXPECT_EQ(settings.lr.kind, train::ScheduleKind::kConstant);
}

TEST(Overfit, LearnsItByHeartAndSaysTheLoss) {
  SpecModel spec(kOverfitSpec, {{"X", 2}});
  auto trainable = Trainable::create(spec.model, {});
  ASSERT_TRUE(static_cast<bool>(trainable));
  train::Data data = data_of(trainable->model().signature());
  train::TrainOptions options;
  options.settings.batch = 2;
  options.settings.steps = 400;
  options.settings.lr.rate = 0.02;
  Notes notes;
  options.report = &notes;
  keep_first_batch(data, options.settings);
  train::Arena parameters(trainable->model().signature().parameters);
  fill(parameters, *spec.model, initial_values(*spec.model, 1));
  auto done = overfit(trainable->model(), parameters, data, options);
  ASSERT_TRUE(static_cast<bool>(done)) << done.error().message;
  EXPECT_EQ(done->sequences, 2);
  EXPECT_EQ(done->steps, 400);
  EXPECT_GT(done->before, 0.1);
  EXPECT_LT(done->after, 0.01 * done->before);
  EXPECT_EQ(notes.steps, 400);
  EXPECT_EQ(notes.epochs, 0);
}

}  // namespace
}  // namespace rnnc::driver
