// The loop: batches in, steps down the gradient, until it is done, stopped, or no longer gains.
//
// Deterministic: weights depend on settings, seed, data and first weights alone. Stopping between any two
// steps and resuming changes no bit of what comes after.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/train/batch.h"
#include "runtime/train/optimizer.h"
#include "runtime/train/progress.h"
#include "runtime/train/run_folder.h"

namespace rnnc::train {

struct TrainOptions {
  Settings settings;
  std::string folder;  // none: nothing is saved
  WeightFiles weights;
  std::string title = "Loss";                     // of the curve
  std::map<std::string, std::string> conditions;  // what else must be the same in a resumed training
  int64_t log_every = 10;                         // steps a line of the metrics
  int64_t save_every = 0;                         // steps, besides the ends of epochs; 0: never
  double save_seconds = 5;                        // ends of epochs that follow faster are not all saved
  const char* unit = "tok";                       // what a sequence has one of at each step
  std::function<bool()> interrupted;              // asked after every step
  std::function<double()> now;                    // seconds
  // Where in the model a value that is not finite came from, given the call that returned it; a sentence.
  std::function<std::string(const Call&, const Arena&)> explain;
  Report* report = nullptr;
  core::Team* team = &core::Team::alone();  // what the optimiser has; the model has its own
};

enum class Ending : uint8_t { kFinished, kNoGain, kInterrupted };

struct Outcome {
  Ending ending = Ending::kFinished;
  int64_t step = 0;
  int64_t epochs = 0;                // that are complete
  std::optional<double> validation;  // of these weights, unless interrupted
  Best best;
};

class Trainer {
 public:
  // `model`, `parameters` (the first weights, then the present ones) and `data` must outlive it. Fails where
  // the settings do not fit model or data.
  static Result<std::unique_ptr<Trainer>> create(CompiledModel& model, Arena& parameters, const Data& data,
                                                 TrainOptions options);

  // Before run(): goes on from a state file. Fails, and changes no file, where it is none or belongs to
  // another model, other data or settings that would change what the state means.
  Status resume(const std::string& path);

  // At most once. A loss that is not finite is a failure, as is a last checkpoint that cannot be written; one
  // on the way only gets a note. An interrupted training has saved itself and said how to go on.
  Result<Outcome> run();

  int64_t steps_an_epoch() const { return steps_an_epoch_; }
  int64_t total_steps() const;

 private:
  Trainer(CompiledModel& model, Arena& parameters, const Data& data, TrainOptions options);

  // trainer.cpp
  bool epoch_is_over() const { return standing_.cursor.batch >= batches().count(); }
  bool has_all_steps() const;
  bool gains_no_more() const;
  bool interrupted() const { return options_.interrupted && options_.interrupted(); }
  Batches batches() const { return {order_, options_.settings.batch}; }
  int64_t count_steps(int64_t epoch) const;
  void enter_epoch();
  void enter_batch();
  void leave_window();
  Status advance();
  Status descend(const Call& call);
  Status check_finite(const Call& call, double loss, double norm) const;
  void count_step(double norm);
  Result<Outcome> loop();
  Result<bool> end_epoch();
  Result<Outcome> end(Ending ending);
  Outcome outcome(Ending ending, std::optional<double> validation) const;

  // trainer_state.cpp
  std::map<std::string, std::string> conditions() const;
  Snapshot snapshot();
  Status restore(const Snapshot& snapshot);

  // trainer_report.cpp
  Status save();
  void save_on_the_way();
  bool is_time_to_save() const;
  void keep_best(double loss);
  void write_best();
  Result<std::optional<double>> validate();
  void log(const formats::Record& record);
  void log_steps();
  void log_epoch(double loss, std::optional<double> validation);
  void draw();
  void note(const std::string& text) const;
  Progress progress(double loss) const;

  CompiledModel& model_;
  const Signature& signature_;
  Arena& parameters_;
  const Data& data_;
  TrainOptions options_;
  Truncation truncation_;
  RunFolder folder_;
  Optimizer optimizer_;
  Arena gradients_;

  Standing standing_;
  std::vector<int64_t> order_;  // of this epoch
  Batch batch_;
  std::vector<Window> windows_;  // of this batch, once it is entered
  bool entered_ = false;
  std::vector<LossSum> losses_;
  int64_t steps_an_epoch_ = 0;
  std::string fingerprint_;  // of the data
  int64_t saved_step_ = -1;
  double saved_at_ = 0;
  // The best weights, until they are written with the next save.
  Arena best_weights_;
  bool best_waits_ = false;

  // For people only.
  double started_ = 0;
  int64_t first_step_ = 0;
  double shown_loss_ = 0;
  double last_norm_ = 0;
  double last_rate_ = 0;
  bool validation_is_best_ = false;
  bool logs_ = true;
  struct Meter {  // of this epoch, without what its end takes
    double since = 0;
    int64_t items = 0;
    double rate = 0;  // of the epoch before
  } meter_;
};

}  // namespace rnnc::train
