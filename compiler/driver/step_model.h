// A model on its own predictions, one sequence, one step at a time.
#pragma once

#include <memory>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/driver/initialise.h"
#include "compiler/driver/machine_code.h"
#include "compiler/driver/outcome.h"
#include "runtime/train/generate.h"

namespace rnnc::driver {

// Machine code of the model's begin and step. Fails where the model does not run step by step, feeds nothing
// back, or wants inputs that nobody gives here.
Outcome<std::unique_ptr<train::StepModel>> make_step_model(const Compiled& compiled, const Values& weights);

}  // namespace rnnc::driver
