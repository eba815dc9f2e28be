// Where the loss of a training, or its gradient, stopped being a number.
#pragma once

#include <string>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/model.h"
#include "runtime/train/arena.h"
#include "runtime/train/model.h"

namespace rnnc::driver {

struct FaultExplanation {
  std::string sentence;        // "first in row 1 (sequence 17), t = 12: 0 / 0"
  diagnostics::Label primary;  // the equation; no place where there is none
  std::vector<diagnostics::Label> related = {};
};

// Runs the call again in the interpreter, with `parameters` as they were. As long as the interpreter takes
// for the batch, several times. Rows are those of the batch, sequences those of the data; t counts from the
// start of the sequence.
FaultExplanation explain_fault(const std::shared_ptr<const sema::Model>& model, const train::Call& call,
                               const train::Arena& parameters);

}  // namespace rnnc::driver
