// `train --overfit-batch`: a model that cannot learn one batch by heart will not learn more.
#pragma once

#include <cstdint>

#include "compiler/driver/outcome.h"
#include "runtime/train/trainer.h"

namespace rnnc::driver {

// The first batch alone, for steps (500 unless they are set), with nothing held out and nothing saved.
void keep_first_batch(train::Data& data, train::Settings& settings);

struct Overfitted {
  int64_t sequences = 0, steps = 0;
  double before = 0, after = 0;  // losses without dropout
};
Outcome<Overfitted> overfit(train::CompiledModel& model, train::Arena& parameters, const train::Data& data,
                            train::TrainOptions options);

}  // namespace rnnc::driver
