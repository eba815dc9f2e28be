// The loss over a data set.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "runtime/train/arena.h"
#include "runtime/train/windows.h"

namespace rnnc::train {

// Sums and counts pooled over all sequences, in their order, without random draws; windows and burn_in as in
// training. Nothing if `interrupted` says so between two calls.
Result<std::optional<std::vector<LossSum>>> evaluate(CompiledModel& model, const Arena& parameters,
                                                     const Dataset& data, const Batches& batches,
                                                     const Truncation& truncation,
                                                     const std::function<bool()>& interrupted);

}  // namespace rnnc::train
