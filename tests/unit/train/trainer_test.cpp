#include "runtime/train/trainer.h"

#include "runtime/formats/safetensors.h"
#include "runtime/train/random.h"
#include "runtime/train/text_data.h"
#include "tests/unit/train/trainings.h"

namespace rnnc::train {
namespace {

using formats::contains;
using formats::TemporaryFolder;

Training training_of(int64_t batch, int64_t epochs, double lr) {
  Training training;
  training.settings.batch = batch;
  training.settings.epochs = epochs;
  training.settings.lr.rate = lr;
  return training;
}

TEST(Trainer, LearnsABigramUpToItsEntropy) {
  // Every letter but `a` says what follows; after `a` come b and c, equally often.
  std::string characters;
  uint64_t random = 5;
  for (int i = 0; i < 4000; ++i) characters += next_random(random) % 2 == 0 ? "ab" : "ac";
  auto vocabulary = formats::Vocabulary::of_text(characters, formats::TextUnit::kCharacter, "f");
  auto tokens = vocabulary->encode(characters, "f");
  Bigram model(3);
  Training training = training_of(16, 20, 0.05);
  const auto data = cut_text({"f", *vocabulary, *tokens}, model.signature(), training.settings);
  ASSERT_TRUE(data);
  const Trained trained = run_training(model, *data, training);
  ASSERT_EQ(trained.failure, "");
  EXPECT_EQ(trained.outcome.ending, Ending::kFinished);
  EXPECT_EQ(trained.outcome.epochs, 20);
  EXPECT_EQ(trained.outcome.step, 20 * 10);  // 7600 tokens in 152 sequences
  // Half of all tokens are one bit, and a sequence's first is a guess of 1.04 nats every 50 steps.
  EXPECT_NEAR(*trained.outcome.validation, std::log(2.0) / 2 + 0.02, 0.02);
  EXPECT_LT(trained.report.epochs.back().loss, trained.report.epochs.front().loss);
}

TEST(Trainer, TheFirstStepIsOneOfThePlainEquation) {
  TinyRnn model;
  const Data data = series_data(model.signature(), 6, 0);
  Training training = training_of(6, 1, 0.5);
  training.settings.optimizer = OptimizerKind::kSgd;
  training.settings.seed = 11;
  Arena before(model.signature().parameters);
  const Trained trained = run_training(model, data, training, [&](Arena& p) {
    for (size_t i = 0; i < 4; ++i) before.of(i)[0] = p.of(i)[0];
  });
  ASSERT_EQ(trained.outcome.step, 1);

  Batch batch(model.signature(), data.all);
  batch.start(shuffled(data.training, 11, 0));
  batch.load({});
  Call call = batch.call();
  call.seed = 11;
  Arena g(model.signature().parameters);
  std::vector<LossSum> losses(1);
  const Arena& weights = before;
  ASSERT_TRUE(model.gradient(call, weights.pointers(), g.pointers(), losses));
  const auto after = trained.weights;
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(after[i * RNNC_ALIGN / sizeof(float)], before.of(i)[0] - 0.5f * g.of(i)[0]);
  }
  EXPECT_EQ(trained.report.steps[0].gradient_norm, norm_of(g));
  EXPECT_EQ(trained.report.steps[0].loss, total(losses));
}

TEST(Trainer, ClipsTheWholeGradient) {
  TinyRnn model;
  const Data data = series_data(model.signature(), 6, 0);
  Training training = training_of(6, 1, 1);
  training.settings.optimizer = OptimizerKind::kSgd;
  training.settings.clip = 1e-3;
  std::vector<float> before;
  const Trained trained = run_training(model, data, training, [&](Arena& p) { before = values_of(p); });
  double moved = 0;
  for (size_t i = 0; i < before.size(); ++i) moved += std::pow(trained.weights[i] - before[i], 2);
  EXPECT_GT(trained.report.steps[0].gradient_norm, 1e-2);
  EXPECT_NEAR(std::sqrt(moved), 1e-3, 2e-6);
}

TEST(Trainer, HandsOutKeysStateAndWindows) {
  TinyRnn model;
  const Data data = series_data(model.signature(), 3, 0);  // of 7, 6 and 5 steps
  Training training = training_of(3, 2, 0.01);
  training.settings.tbptt = 3;
  training.settings.burn_in = 2;
  training.settings.seed = 4;
  struct Seen {
    uint64_t epoch, step, first;
    int64_t steps;
    bool begins, learns;
    bool operator==(const Seen&) const = default;
  };
  std::vector<Seen> seen;
  std::vector<float> carried;
  model.seen = [&](const Call& call, bool learns) {
    EXPECT_EQ(call.seed, 4u);
    seen.push_back({call.epoch, call.step, call.first_t[0], call.steps[0], call.begins[0] == 1, learns});
    carried.push_back(static_cast<const float*>(call.state[0])[0]);
  };
  const Trained trained = run_training(model, data, training);
  ASSERT_EQ(trained.failure, "");
  EXPECT_EQ(seen, (std::vector<Seen>{{0, 0, 0, 2, true, false},
                                     {0, 0, 2, 3, false, true},
                                     {0, 1, 5, 2, false, true},
                                     {1, 2, 0, 2, true, false},
                                     {1, 2, 2, 3, false, true},
                                     {1, 3, 5, 2, false, true}}));
  EXPECT_EQ(carried[0], 0.25f);
  EXPECT_EQ(carried[3], 0.25f);
  EXPECT_NE(carried[1], 0.25f);
  EXPECT_NE(carried[2], carried[1]);
}

TEST(Trainer, StepsWinOverEpochs) {
  TinyRnn model;
  const Data data = series_data(model.signature(), 6, 0.3);
  Training training = training_of(2, 1, 0.01);
  training.settings.steps = 5;  // two steps an epoch
  const Trained trained = run_training(model, data, training);
  EXPECT_EQ(trained.outcome.step, 5);
  EXPECT_EQ(trained.outcome.epochs, 2);
  EXPECT_TRUE(trained.outcome.validation);
  EXPECT_EQ(trained.report.epochs.size(), 3u);
  EXPECT_EQ(trained.report.steps.back().steps, 5);
}

TEST(Trainer, StopsWhereNothingIsGained) {
  TinyRnn model;
  const Data data = series_data(model.signature(), 10, 0.2);
  Training training = training_of(4, 100, 1e-30);  // too little to change a weight
  training.settings.patience = 3;
  const Trained trained = run_training(model, data, training);
  EXPECT_EQ(trained.outcome.ending, Ending::kNoGain);
  EXPECT_EQ(trained.outcome.epochs, 4);  // the first is a gain over nothing
}

TEST(Trainer, ALossThatIsNoNumberEndsItAndNamesTheStep) {
  const TemporaryFolder folder;
  TinyRnn model;
  const Data data = series_data(model.signature(), 6, 0);
  Training training = training_of(2, 4, 1e30);
  training.settings.optimizer = OptimizerKind::kSgd;
  training.folder = folder / "run";
  training.save_every = 1;
  training.explain = [](const Call& call, const Arena&) {
    return fmt::format("first in `y` ({} rows)", call.batch);
  };
  const Trained trained = run_training(model, data, training);
  EXPECT_EQ(trained.failure,
            "step 3 (epoch 1): the loss is infinite; first in `y` (2 rows); " + training.folder +
                "/last.safetensors has the weights of step 2; a smaller lr, or clip, may help");
  const auto file = formats::read_safetensors(training.folder + "/last.safetensors");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->metadata.at("step"), "2");
}

TEST(Trainer, TheBestWeightsOutliveALossThatIsNoNumber) {
  class Failing : public TinyRnn {
   public:
    Status gradient(const Call& call, std::span<const float* const> parameters,
                    std::span<float* const> gradients, std::span<LossSum> losses) override {
      auto done = TinyRnn::gradient(call, parameters, gradients, losses);
      if (call.step == 5) losses[0].sum = std::nan("");
      return done;
    }
  } model;
  const TemporaryFolder folder;
  Training training = training_of(3, 4, 0.02);
  training.save_seconds = 1;
  training.folder = folder / "run";
  const Trained trained = run_training(model, series_data(model.signature(), 6, 0), training);
  EXPECT_EQ(trained.failure, "step 6 (epoch 3): the loss is not a number; a smaller lr, or clip, may help");
  const auto best = formats::read_safetensors(training.folder + "/best.safetensors");
  ASSERT_TRUE(best) << formats::message(best);
  EXPECT_EQ(best->metadata.at("step"), "4");
}

TEST(Trainer, RefusesSettingsThatLeaveNothingToLearn) {
  TinyRnn model;
  const Data data = series_data(model.signature(), 3, 0);
  Training training = training_of(2, 1, 0.1);
  training.settings.burn_in = 7;
  EXPECT_EQ(run_training(model, data, training).failure,
            "no sequence is longer than burn_in, so nothing can be learnt; make it smaller");
}

TEST(Trainer, LeavesItsFilesBehind) {
  const TemporaryFolder folder;
  TinyRnn model;
  const Data data = series_data(model.signature(), 10, 0.2);
  Training training = training_of(3, 4, 0.02);
  training.save_seconds = 1;  // its clock stands still: all is written at the end
  training.folder = folder / "new/run";
  const Trained trained = run_training(model, data, training);
  ASSERT_EQ(trained.failure, "");
  EXPECT_TRUE(trained.report.notes.empty());
  const auto last = formats::read_safetensors(training.folder + "/last.safetensors");
  ASSERT_TRUE(last) << formats::message(last);
  EXPECT_EQ(last->metadata, (std::map<std::string, std::string>{{"spec", "model M {}"}, {"step", "12"}}));
  EXPECT_EQ(formats::to_f32(*formats::find(last->tensors, "u"))->front(), trained.weights[0]);
  const auto best = formats::read_safetensors(training.folder + "/best.safetensors");
  ASSERT_TRUE(best);
  EXPECT_EQ(best->metadata.at("step"), fmt::format("{}", trained.outcome.best.step));
  EXPECT_TRUE(contains(formats::slurp(training.folder + "/curve.svg"), ">validation</text>"));
  const auto metrics = formats::read_jsonl(training.folder + "/metrics.jsonl");
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->size(), 12u / 3 + 4);
  EXPECT_TRUE(
      formats::slurp(training.folder + "/metrics.jsonl").starts_with("{\"step\":3,\"epoch\":1,\"loss\":"));
}

}  // namespace
}  // namespace rnnc::train
