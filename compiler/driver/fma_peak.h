// How fast this core multiplies and adds at the moment: what a benchmark is measured against.
#pragma once

namespace rnnc::driver {

// Multiplications and additions a second in f32, over some milliseconds of independent vector operations in
// registers.
double fma_peak();

}  // namespace rnnc::driver
