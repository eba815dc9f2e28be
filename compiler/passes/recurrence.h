// Cycles through time: which values of a step depend on themselves one step before.
#pragma once

#include <vector>

#include "compiler/ir/function.h"
#include "compiler/ir/rewrite.h"

namespace rnnc::passes {

// A value of the step before, and the value of this step that it will be.
struct Carry {
  ir::ValueId before, next;
};

// The graph "operand -> result, next -> value of the step before" of a function; its strongly connected
// groups.
struct Recurrence {
  static constexpr int kNone = -1;

  std::vector<int>
      group;  // of each value; kNone: on no cycle. A group never reads from one with a larger number
  int groups = 0;
  std::vector<ir::ValueId>
      order;  // every value, after all that it depends on; within a group as in the function

  bool recurrent(ir::ValueId value) const { return group[value.index] != kNone; }
};

Recurrence find_recurrence(const ir::Function& function, const std::vector<Carry>& carries);

// The carries of a scan's body; those of a function that is itself one step: its inputs and results
// "state.<path>".
std::vector<Carry> carries_of(const ir::ScanParts& scan);
std::vector<Carry> state_of(const ir::Function& function);

}  // namespace rnnc::passes
