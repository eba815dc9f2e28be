// The batch on which gradients are looked at: arrays as `grad` takes them, or the first batch that `train`
// would make of a text or a table.
#pragma once

#include <string>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/driver/data_file.h"
#include "compiler/driver/initialise.h"
#include "compiler/driver/train_flags.h"
#include "compiler/interp/interpret.h"

namespace rnnc::driver {

// The outputs of which the data hold cotangents, `grad.<output>`.
std::vector<std::string> cotangents_of(const DataFile& data);

// All inputs of the model without probes. `flags`: how texts and tables are cut.
Outcome<interp::Arguments> flow_arguments(const DataFile& data, const Compiled& compiled,
                                          const Values& weights, const TrainFlags& flags);

}  // namespace rnnc::driver
