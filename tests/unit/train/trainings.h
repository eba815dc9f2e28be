// A small training in a folder, whole or in pieces.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/train/npz_data.h"
#include "runtime/train/trainer.h"
#include "tests/unit/formats/files.h"
#include "tests/unit/train/models.h"

namespace rnnc::train {

// What was said, and a stop after a number of steps.
class Recorder : public Report {
 public:
  void step(const Progress& progress) override {
    steps.push_back(progress);
    if (progress.step == stop_at) stopped = true;
  }
  void epoch(const Progress& progress) override { epochs.push_back(progress); }
  void note(const std::string& text) override { notes.push_back(text); }

  std::vector<Progress> steps, epochs;
  std::vector<std::string> notes;
  int64_t stop_at = -1;
  bool stopped = false;
};

struct Training {
  Settings settings;
  std::string folder;
  std::string resume_from;    // a state file
  int64_t stop_at = -1;       // interrupted after this step
  int64_t stop_at_poll = -1;  // or when it is asked for the n-th time
  int64_t save_every = 0;
  double save_seconds = 0;
  std::map<std::string, std::string> conditions = {};
  std::function<std::string(const Call&, const Arena&)> explain = {};
};

struct Trained {
  std::string failure;
  Outcome outcome;
  std::vector<float> weights;
  Recorder report;
};

inline std::vector<float> values_of(const Arena& arena) { return {arena.all().begin(), arena.all().end()}; }

inline Trained run_training(CompiledModel& model, const Data& data, const Training& training,
                            std::function<void(Arena&)> first = {}) {
  Trained out;
  Arena parameters(model.signature().parameters);
  float value = 0.3f;
  for (size_t i = 0; i < model.signature().parameters.size(); ++i) {
    for (float& p : parameters.of(i)) p = value = -0.8f * value + 0.11f;
  }
  if (first) first(parameters);
  out.report.stop_at = training.stop_at;
  TrainOptions options;
  options.settings = training.settings;
  options.folder = training.folder;
  options.weights.metadata = {{"spec", "model M {}"}};
  options.conditions = training.conditions;
  options.log_every = 3;
  options.save_every = training.save_every;
  options.explain = training.explain;
  options.interrupted = [&out, &training, polls = int64_t{0}]() mutable {
    return out.report.stopped || polls++ == training.stop_at_poll;
  };
  options.now = [] { return 0.0; };
  options.save_seconds = training.save_seconds;
  options.report = &out.report;
  auto trainer = Trainer::create(model, parameters, data, options);
  if (!trainer) {
    out.failure = trainer.error().message;
    return out;
  }
  if (!training.resume_from.empty()) {
    if (auto resumed = (*trainer)->resume(training.resume_from); !resumed) {
      out.failure = resumed.error().message;
      return out;
    }
  }
  auto outcome = (*trainer)->run();
  if (outcome) {
    out.outcome = *outcome;
  } else {
    out.failure = outcome.error().message;
  }
  out.weights = values_of(parameters);
  return out;
}

// Sequences of up to 7 steps, of lengths that differ.
inline Data series_data(const Signature& signature, size_t sequences, double valid) {
  std::vector<float> x, y;
  std::vector<int64_t> lengths;
  for (size_t i = 0; i < sequences * 7; ++i) {
    x.push_back(static_cast<float>(std::sin(static_cast<double>(i * i))));
    y.push_back(static_cast<float>(0.5 * std::cos(static_cast<double>(i))));
  }
  for (size_t i = 0; i < sequences; ++i) lengths.push_back(static_cast<int64_t>(7 - i % 5));
  auto data =
      dataset_of({formats::make_tensor("x", {sequences, 7}, x), formats::make_tensor("y", {sequences, 7}, y),
                  formats::make_tensor("lengths", {sequences}, lengths)},
                 signature, "f");
  EXPECT_TRUE(data) << formats::message(data);
  return hold_out(std::move(*data), valid, 1);
}

}  // namespace rnnc::train
