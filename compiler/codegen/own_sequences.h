// Which sequences a thread has, and how many of them have a step.
#pragma once

#include "compiler/codegen/site.h"

namespace rnnc::codegen {

// The sequences of one of several threads, so that each has about as many steps; `lengths` of some times,
// each a pointer to i32[batch].
Range own_sequences(Code& code, Value batch, const Values& lengths, Value thread, Value threads);

// How many sequences there are up to the last one that has the step of the loop around.
Value sequences_that_run(Site& site, ir::DimId time);

}  // namespace rnnc::codegen
