// All that a training is at one moment between two steps, so that it can go on as if it had never stopped.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/formats/tensor.h"
#include "runtime/train/model.h"
#include "runtime/train/schedule.h"

namespace rnnc::train {

// The window that is learnt next. A batch that is the epoch's count: the epoch is over but not evaluated.
struct Cursor {
  int64_t epoch = 0;
  int64_t batch = 0;
  int64_t window = 0;
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// A least loss so far.
struct Best {
  bool any = false;
  double loss = 0;
  int64_t step = 0;
  int64_t epochs_since = 0;
};

// What has no array. Random draws are counted, not carried on: their whole state is the seed with the numbers
// below.
struct Standing {
  Cursor cursor;
  int64_t step = 0;             // made so far
  int64_t optimizer_steps = 0;  // of them those since the optimiser's memory began
  std::vector<LossSum> epoch_losses;
  std::vector<LossSum> recent_losses;  // since the last line of the metrics
  double recent_norm = 0;              // summed, with
  int64_t recent_steps = 0;
  Best kept;    // of the best checkpoint
  Best gained;  // for patience: ends of epochs only
  Plateau plateau;
  std::optional<double> validation;  // the last one, for people
};

struct Snapshot {
  // What must be the same for the places above to mean the same: settings and data, as text by name.
  std::map<std::string, std::string> conditions;
  Standing standing;
  // "parameter/<name>", "<memory>/<name>" of the optimiser, "state/<path>" amid the windows of a batch.
  std::vector<formats::Tensor> tensors;
};

// A safetensors file, written whole or not at all.
Status write_snapshot(const std::string& path, const Snapshot& snapshot);
// Fails on files of other kinds and on damaged ones.
Result<Snapshot> read_snapshot(const std::string& path);

}  // namespace rnnc::train
