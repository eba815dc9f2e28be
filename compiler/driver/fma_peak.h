// How fast cores multiply and add at the moment: what a benchmark is measured against.
#pragma once

#include "runtime/core/team.h"

namespace rnnc::driver {

// Multiplications and additions a second in f32, of all threads together, over some milliseconds of
// independent vector operations in registers.
double fma_peak(core::Team& team);

}  // namespace rnnc::driver
