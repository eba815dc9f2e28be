// The learning rate over a training.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/train/result.h"

namespace rnnc::train {

enum class ScheduleKind : uint8_t { kConstant, kCosine, kExponential, kStep, kPlateau };

// cosine(2e-3, warmup = 500), as it was written.
struct ScheduleCall {
  std::string name;
  std::vector<double> positional;
  std::vector<std::pair<std::string, double>> named;
};

// `rate` and
//   cosine       falls to `end` along half a cosine, which ends with the training
//   exponential  times gamma every epoch
//   step         times gamma every `every` epochs
//   plateau      times factor after more than `patience` epochs whose loss is not below best * (1 -
//   threshold),
//                down to min (PyTorch's ReduceLROnPlateau)
// Each rises first, in equal steps, over the first `warmup` training steps; the cosine starts after them.
struct Schedule {
  ScheduleKind kind = ScheduleKind::kConstant;
  double rate = 2e-3;
  double warmup = 0;
  double end = 0;
  double gamma = 0.1;
  double every = 10;
  double factor = 0.1;
  double patience = 10;
  double threshold = 1e-4;
  double min = 0;
};

// Fails on an unknown name or setting, and on numbers out of range.
Result<Schedule> make_schedule(const ScheduleCall& call);
std::string to_string(const Schedule& schedule);  // "cosine(0.002, end = 0, warmup = 500)", "0.002"

// What plateau remembers; all others leave it alone.
struct Plateau {
  bool any = false;
  double best = 0;
  int64_t bad_epochs = 0;
  double scale = 1;
};
void end_epoch(const Schedule& schedule, double loss, Plateau& plateau);

struct Moment {
  int64_t step = 0;   // from 0
  int64_t steps = 1;  // of the whole training
  int64_t epoch = 0;  // from 0
};
double rate_at(const Schedule& schedule, const Moment& moment, const Plateau& plateau);

}  // namespace rnnc::train
