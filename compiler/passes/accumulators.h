// Carries that only accumulate: next(s) = s ± v ± ..., where nothing else reads s and no v depends on it.
#pragma once

#include <vector>

#include "compiler/ir/rewrite.h"
#include "compiler/passes/over_time.h"

namespace rnnc::passes {

struct Accumulator {
  struct Term {
    ir::ValueId value;
    bool negative = false;
  };
  size_t carry = 0;
  std::vector<Term> terms;
};

std::vector<Accumulator> find_accumulators(const ir::ScanParts& scan, const ir::Uses& body_uses);

// The values that must be there outside to sum the term over all steps: the operands of a contract or sum,
// else the term itself.
std::vector<ir::ValueId> needed_by_sum(const ir::Function& body, ir::ValueId term);

// The sum of the term over time, one contract or reduction over all steps. Its operands are there or can be
// written.
ir::ValueId write_sum(OverTime& over_time, ir::Builder& build, const ir::ScanParts& scan, ir::ValueId term);

}  // namespace rnnc::passes
