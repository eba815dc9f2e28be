// What the scheduler and the code generator know of a processor. The rows are in backend/targets.
#pragma once

namespace rnnc::schedule {

struct Machine {
  int lanes = 4;         // f32 in a vector
  int registers = 16;    // vector registers
  bool fma = false;      // a multiplication and an addition with one rounding
  bool masks = false;    // loads and stores some lanes of a vector
  bool flushes = false;  // denormals are flushed if the control word of SSE says so
  friend bool operator==(const Machine&, const Machine&) = default;
};

}  // namespace rnnc::schedule
