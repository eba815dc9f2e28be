// What leaves a scan, and what crosses its border instead. Decided here, written by lift.cpp.
#pragma once

#include <vector>

#include "compiler/passes/accumulators.h"
#include "compiler/passes/over_time.h"
#include "compiler/passes/recurrence.h"

namespace rnnc::passes {

struct LiftPlan {
  std::vector<bool> inside;       // the body's values that the loop computes
  std::vector<ir::ValueId> in;    // made outside and read inside: `each`, or `with` if invariant
  std::vector<ir::ValueId> out;   // made inside and read outside
  std::vector<size_t> carries;    // that stay carries
  std::vector<Accumulator> sums;  // carries that become a sum over time
};

// `used`: for each result of the scan, whether it is read.
LiftPlan plan_lift(const ir::ScanParts& scan, const ir::DimTable& dims, const Recurrence& recurrence,
                   const OverTime& over_time, const std::vector<bool>& used);

}  // namespace rnnc::passes
