// What a stage takes at least on this machine: its arithmetic at the rate of the registers, or its bytes at
// that of the memory that holds the arrays, whichever is more.
#pragma once

#include <functional>
#include <vector>

#include "compiler/schedule/plan.h"
#include "runtime/core/team.h"

namespace rnnc::driver {

// All threads of a team together, measured.
struct Rates {
  double flops = 0;  // multiplications and additions a second, in registers
  struct Memory {
    double holds;  // bytes: arrays up to this size
    double bytes;  // read or written a second
  };
  std::vector<Memory> memories;  // the smallest first; the last holds what no other does
};
Rates measure_rates(core::Team& team);

struct Bound {
  double seconds = 0;
  bool by_memory = false;
};
using Sizes = std::function<int64_t(ir::DimId)>;
// Of one run of a stage, and of a call, in which stages in loops count once for each step.
Bound bound_of(const schedule::Plan& plan, const schedule::Stage& stage, const Sizes& size,
               const Rates& rates);
double bound_of(const schedule::Plan& plan, const Sizes& size, const Rates& rates);
// How many runs a stage has in a call.
double runs_of(const schedule::Plan& plan, schedule::LoopId around, const Sizes& size);

}  // namespace rnnc::driver
