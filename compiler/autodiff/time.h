// Neighbouring steps, within each sequence's own length.
#pragma once

#include "compiler/autodiff/emitter.h"

namespace rnnc::autodiff {

ir::Direction opposite(ir::Direction direction);

// What a recurrence along `time` in the direction given had before each step: the value of `over_time` one
// step earlier, `first` at the step where a sequence starts (its own last one if backward). Without `first`
// that is 0.
ir::ValueId previous(Emitter& emit, ir::ValueId over_time, ir::DimId time, ir::Direction direction,
                     ir::ValueId first = {});

// What the value is at the step where a sequence starts in that direction; 0 for a sequence without steps.
ir::ValueId at_start(Emitter& emit, ir::ValueId over_time, ir::DimId time, ir::Direction direction);

}  // namespace rnnc::autodiff
