// A training that stops and goes on is the training that never stopped, bit for bit, in every file it leaves.
#include <filesystem>
#include <random>

#include "runtime/formats/safetensors.h"
#include "runtime/train/metrics.h"
#include "tests/unit/train/trainings.h"

namespace rnnc::train {
namespace {

using formats::contains;
using formats::slurp;
using formats::TemporaryFolder;

constexpr const char* kFiles[] = {"last.safetensors", "last.state.safetensors", "best.safetensors",
                                  "metrics.jsonl", "curve.svg"};

Training training_of(OptimizerKind optimizer) {
  Training training;
  training.settings.optimizer = optimizer;
  training.settings.momentum = 0.9;
  training.settings.batch = 3;
  training.settings.epochs = 3;
  training.settings.lr.rate = 0.02;
  training.settings.clip = 0.5;
  training.settings.valid = 0.2;
  return training;
}

// Stops at each place where it asks whether it should, every `stride`-th of them, and compares: between
// steps, after burn_in, before and amid evaluations.
void expect_exact(Training training, int64_t stride) {
  const TemporaryFolder folder;
  TinyRnn model;
  const Data data = series_data(model.signature(), 10, training.settings.valid);
  training.folder = folder / "whole";
  const Trained whole = run_training(model, data, training);
  ASSERT_EQ(whole.failure, "");
  int64_t poll = 0;
  for (;; poll += stride) {
    training.folder = folder / fmt::format("stopped{}", poll);
    training.resume_from.clear();
    training.stop_at_poll = poll;
    const Trained first = run_training(model, data, training);
    ASSERT_EQ(first.failure, "");
    if (first.outcome.ending != Ending::kInterrupted) break;
    training.resume_from = training.folder + "/last.state.safetensors";
    ASSERT_EQ(first.report.notes.back(),
              fmt::format("stopped after step {}; {} holds all of it, and --resume goes on from there",
                          first.outcome.step, training.folder));
    training.stop_at_poll = -1;
    const Trained second = run_training(model, data, training, [](Arena& p) { p.all()[0] = 99; });
    ASSERT_EQ(second.failure, "");
    EXPECT_EQ(second.weights, whole.weights) << "stopped at poll " << poll;
    for (const char* file : kFiles) {
      EXPECT_EQ(slurp(training.folder + "/" + file), slurp(folder / "whole/" + file))
          << file << ", stopped at poll " << poll;
    }
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(poll, whole.outcome.step);
}

TEST(Resume, IsExactWithMomentum) { expect_exact(training_of(OptimizerKind::kSgd), 2); }

TEST(Resume, IsExactWithAdamAndACosine) {
  Training training = training_of(OptimizerKind::kAdamw);
  training.settings.weight_decay = 0.1;
  training.settings.lr.kind = ScheduleKind::kCosine;
  training.settings.lr.warmup = 3;
  expect_exact(training, 5);
}

TEST(Resume, IsExactAmidTheWindowsOfABatch) {
  Training training = training_of(OptimizerKind::kRmsprop);
  training.settings.tbptt = 2;
  training.settings.burn_in = 1;
  training.settings.epochs = 2;
  expect_exact(training, 3);
}

TEST(Resume, IsExactWithPatienceAndAPlateau) {
  Training training = training_of(OptimizerKind::kSgd);
  training.settings.lr.kind = ScheduleKind::kPlateau;
  training.settings.lr.rate = 0.3;
  training.settings.lr.patience = 0;
  training.settings.epochs = 4;
  training.settings.patience = 2;
  expect_exact(training, 4);
}

TEST(Resume, TwiceNStepsAreNAndNMore) {
  const TemporaryFolder folder;
  TinyRnn model;
  const Data data = series_data(model.signature(), 10, 0.2);
  Training training = training_of(OptimizerKind::kAdam);
  training.settings.tbptt = 3;
  training.settings.steps = 14;
  const Trained whole = run_training(model, data, training);
  for (const int64_t first : {1, 7, 12}) {
    training.folder = folder / fmt::format("{}", first);
    training.resume_from.clear();
    training.settings.steps = first;
    ASSERT_EQ(run_training(model, data, training).outcome.ending, Ending::kFinished);
    training.resume_from = training.folder + "/last.state.safetensors";
    training.settings.steps = 14;
    EXPECT_EQ(run_training(model, data, training).weights, whole.weights) << first;
  }
}

// The line of a resumed training shows the last held-out loss from its first step on.
TEST(Resume, KeepsTheHeldOutLossThatItShows) {
  const TemporaryFolder folder;
  TinyRnn model;
  const Data data = series_data(model.signature(), 10, 0.2);
  Training training = training_of(OptimizerKind::kSgd);
  training.folder = folder / "run";
  training.stop_at = 4;  // of three an epoch
  const Trained first = run_training(model, data, training);
  ASSERT_EQ(first.outcome.ending, Ending::kInterrupted);
  ASSERT_TRUE(first.report.steps.back().validation);
  training.resume_from = training.folder + "/last.state.safetensors";
  training.stop_at = -1;
  const Trained second = run_training(model, data, training);
  EXPECT_EQ(second.report.steps.front().step, 5);
  EXPECT_EQ(second.report.steps.front().validation, first.report.steps.back().validation);
  EXPECT_EQ(second.report.steps.front().is_best, first.report.steps.back().is_best);
  // A file that does not say is none the worse.
  auto file = *formats::read_safetensors(training.resume_from);
  std::string& standing = file.metadata["standing"];
  const size_t at = standing.find("\"validation\"");
  ASSERT_NE(at, std::string::npos);
  const size_t comma = standing.find_first_of(",}", at);
  standing.erase(standing[comma] == ',' ? at : at - 1, comma - at + (standing[comma] == ',' ? 1 : 0));
  ASSERT_TRUE(write_safetensors(training.resume_from, file));
  training.settings.epochs = 4;
  const Trained older = run_training(model, data, training);
  EXPECT_EQ(older.failure, "");
  EXPECT_FALSE(older.report.steps.front().validation);
}

// ---------------------------------------------------------------- what does not fit

struct Stopped : ::testing::Test {
  Stopped() : data(series_data(model.signature(), 10, 0.2)), training(training_of(OptimizerKind::kSgd)) {
    training.settings.tbptt = 2;
    training.folder = folder / "run";
    training.stop_at = 3;
    EXPECT_EQ(run_training(model, data, training).failure, "");
    training.stop_at = -1;
    state = training.folder + "/last.state.safetensors";
    training.resume_from = state;
  }
  // The message of a failed resume, which left every file as it was.
  std::string refusal(CompiledModel& by, const Data& with) {
    std::vector<std::string> before;
    for (const char* file : kFiles) before.push_back(slurp(training.folder + "/" + file));
    const Trained trained = run_training(by, with, training);
    EXPECT_EQ(trained.report.steps.size(), 0u);
    for (size_t i = 0; i < before.size(); ++i) EXPECT_EQ(slurp(training.folder + "/" + kFiles[i]), before[i]);
    return trained.failure;
  }
  std::string refusal() { return refusal(model, data); }

  const TemporaryFolder folder;
  TinyRnn model;
  Data data;
  Training training;
  std::string state;
};

TEST_F(Stopped, OtherSettingsAreNamed) {
  training.settings.batch = 4;
  EXPECT_EQ(refusal(),
            state +
                ": batch was 3 there, and is 4 here; give the same, or start anew from its weights "
                "with --init-from");
  training.settings.batch = 3;
  training.settings.tbptt.reset();
  EXPECT_TRUE(contains(refusal(), "tbptt was 2 there, and is none here"));
  training.settings.tbptt = 2;
  training.settings.optimizer = OptimizerKind::kAdam;
  EXPECT_TRUE(contains(refusal(), "optimizer was sgd there, and is adam here"));
}

TEST_F(Stopped, OtherDataIsSeen) {
  data.all.columns[0].values[17] ^= std::byte{1};
  EXPECT_TRUE(contains(refusal(), "was trained on other data"));
}

TEST_F(Stopped, AnotherModelIsSeen) {
  class Wider : public TinyRnn {
   public:
    Wider() : wide(TinyRnn::signature()) { wide.parameters[1].shape = {1}; }
    const Signature& signature() const override { return wide; }
    Signature wide;
  } wider;
  EXPECT_EQ(refusal(wider, data),
            state +
                ": does not fit this training: 'parameter/w' is f32 [] in it, but f32 [1] in "
                "the model");
  wider.wide.parameters[1] = {"v", {}};
  EXPECT_TRUE(contains(refusal(wider, data), "the model wants 'parameter/v', which is not in it"));
  wider.wide = model.signature();
  wider.wide.state.clear();
  EXPECT_TRUE(contains(refusal(wider, data), "it has 'state/h', which the model has not"));
  wider.wide = model.signature();
  wider.wide.losses = 2;
  EXPECT_TRUE(contains(refusal(wider, data), "it has 1 lines of loss, and the model 2"));
}

TEST_F(Stopped, MoreEpochsAndAnotherRateAreAllowed) {
  training.settings.epochs = 4;
  training.settings.lr.rate = 0.001;
  training.settings.clip.reset();
  const Trained trained = run_training(model, data, training);
  EXPECT_EQ(trained.failure, "");
  EXPECT_EQ(trained.outcome.epochs, 4);
}

TEST_F(Stopped, WhatTheCallerCallsAConditionMustAgree) {
  training.conditions = {{"spec", "b"}};
  training.resume_from.clear();
  training.stop_at = 2;
  ASSERT_EQ(run_training(model, data, training).failure, "");
  training.resume_from = state;
  training.conditions = {{"spec", "c"}};
  EXPECT_TRUE(contains(refusal(), "spec was b there, and is c here"));
  // What fills pages is not shown.
  training.resume_from.clear();
  training.conditions = {{"spec", std::string(500, 'b')}};
  ASSERT_EQ(run_training(model, data, training).failure, "");
  training.resume_from = state;
  training.conditions = {{"spec", "c"}};
  EXPECT_TRUE(contains(refusal(), ": spec was another there; give the same"));
}

TEST_F(Stopped, FilesOfOtherKinds) {
  training.resume_from = training.folder + "/last.safetensors";
  EXPECT_EQ(refusal(), training.resume_from +
                           ": holds weights, not the state of a training; they can be a start, but "
                           "not be resumed");
  training.resume_from = training.folder + "/metrics.jsonl";
  EXPECT_FALSE(refusal().empty());
  training.resume_from = training.folder + "/none";
  EXPECT_FALSE(refusal().empty());
  auto file = *formats::read_safetensors(state);
  file.metadata["rnnc.training"] = "2";
  training.resume_from = folder / "newer";
  ASSERT_TRUE(write_safetensors(training.resume_from, file));
  EXPECT_TRUE(contains(refusal(), "was written by another version (state 2, this one knows 1)"));
}

TEST_F(Stopped, DamagedFilesAreRefusedOrHarmless) {
  const std::string whole = slurp(state);
  training.resume_from = folder / "damaged";
  for (const size_t size : {size_t{0}, size_t{7}, size_t{100}, whole.size() / 2, whole.size() - 1}) {
    formats::spill(training.resume_from, whole.substr(0, size));
    EXPECT_TRUE(contains(refusal(), training.resume_from)) << size;
  }
  // Whatever is written into the header, a failure is a sentence, and nothing worse happens.
  std::mt19937 random(3);
  const size_t header = whole.find("\"parameter/");
  training.folder.clear();
  for (int round = 0; round < 250; ++round) {
    std::string text = whole;
    const size_t at = 8 + random() % (header - 8);
    text[at] = "0123456789-.e[]{},:\"nx"[random() % 22];
    formats::spill(training.resume_from, text);
    const Trained trained = run_training(model, data, training);
    if (!trained.failure.empty()) {
      EXPECT_TRUE(contains(trained.failure, training.resume_from)) << text.substr(8, header);
    }
  }
}

// ---------------------------------------------------------------- disks

TEST_F(Stopped, AFullDiskKeepsTheOlderCheckpointAndTheTrainingAlive) {
  const std::string weights = slurp(training.folder + "/last.safetensors");
  const std::string before = slurp(state);
  std::filesystem::remove(training.folder + "/metrics.jsonl");
  Trained trained;
  {
    const formats::FileSizeLimit limit(600);
    trained = run_training(model, data, training);
  }
  EXPECT_TRUE(contains(trained.failure,
                       state + ": cannot be written: File too large; what stood there before is unchanged"));
  ASSERT_FALSE(trained.report.notes.empty());
  EXPECT_TRUE(contains(trained.report.notes[0] + trained.report.notes[1], "the training goes on"));
  EXPECT_EQ(trained.report.epochs.size(), 3u);
  EXPECT_EQ(slurp(state), before);
  EXPECT_EQ(slurp(training.folder + "/last.safetensors"), weights);
  // With room again it goes on from there.
  EXPECT_EQ(run_training(model, data, training).failure, "");
}

TEST(Folder, ThatCannotBeMadeIsSaid) {
  const TemporaryFolder folder;
  formats::spill(folder / "file", "");
  TinyRnn model;
  const Data data = series_data(model.signature(), 3, 0);
  Training training = training_of(OptimizerKind::kSgd);
  training.folder = folder / "file/run";
  EXPECT_TRUE(contains(run_training(model, data, training).failure, "file/run: cannot be made a folder: "));
}

TEST(Metrics, BeyondTheResumedStepAreCut) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.jsonl";
  const std::string kept = "{\"step\":1,\"loss\":3}\n{\"step\":2, \"loss\":2.5,\"note\":\"x\"}\n";
  formats::spill(path, kept + "{\"step\":3,\"loss\":2}\n{\"step\":4,\"lo");
  ASSERT_TRUE(open_metrics(path, 2));
  EXPECT_EQ(slurp(path), kept);
  ASSERT_TRUE(open_metrics(path, 9));
  EXPECT_EQ(slurp(path), kept);
  ASSERT_TRUE(open_metrics(path, 0));
  EXPECT_EQ(slurp(path), "");
  formats::spill(path, "something else\n");
  EXPECT_TRUE(contains(formats::message(open_metrics(path, 0)), path + ":1: "));
  EXPECT_EQ(slurp(path), "something else\n");
}

}  // namespace
}  // namespace rnnc::train
