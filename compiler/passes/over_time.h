// Values of a scan's body written outside of the scan: what is the same at each step as it is, the rest as
// sequences [time, dims of the step], which are computed for all steps at once.
#pragma once

#include <vector>

#include "compiler/ir/rewrite.h"
#include "compiler/passes/recurrence.h"

namespace rnnc::passes {

// Whether a value of a step may be an `each` or an out: it has the batch and no time of its own. (An array
// over two times, as attention would need, is never made.)
bool can_be_sequence(const ir::Type& step_type, const ir::DimTable& dims);

// Params and inputs. A rewrite that writes last values of scans copies them first, for it reads the lengths
// of sequences wherever a scan stands.
bool is_border(const ir::Instr& instr);
void copy_border(ir::Rewriter& copy);

class OverTime {
 public:
  // `outer` is the copy of the function that the scan stands in; the scan's operands are mapped in it.
  OverTime(ir::Rewriter& outer, const ir::ScanParts& scan, const Recurrence& recurrence);

  bool invariant(ir::ValueId value) const { return invariant_[value.index]; }
  // Whether the instruction can be written over all steps at once, given its operands. Not asked of invariant
  // ones, which can.
  bool can_write(const ir::Instr& instr) const;

  // `now`, a sequence of the outer function, is this value of the body. Needed for carries on a cycle.
  void set(ir::ValueId value, ir::ValueId now) { outer_values_[value.index] = now; }
  // The value outside; as it is if invariant, else a sequence. Writes what is missing; a carry on no cycle is
  // its next value, delayed.
  ir::ValueId value(ir::ValueId value);
  // The same, repeated over time if it is invariant.
  ir::ValueId sequence(ir::ValueId value);

  ir::Type sequence_type(ir::ValueId value) const;
  // The sequence of carry values of which `next` is the sequence of next values.
  ir::ValueId delayed(ir::ValueId next, ir::ValueId first);
  // The carry after the last step.
  ir::ValueId last(ir::ValueId next, ir::ValueId first);

 private:
  std::vector<ir::ValueId> dependencies(ir::ValueId value) const;
  void write(ir::ValueId value);
  void write_instr(const ir::Instr& instr);
  void write_parameter(ir::ValueId value);
  bool is_zero(ir::ValueId first) const;
  ir::ValueId lengths(ir::DimId batch);

  ir::Rewriter& outer_;
  ir::Builder& build_;
  const ir::ScanParts& scan_;
  std::vector<bool> invariant_;
  std::vector<ir::ValueId> outer_values_;
};

}  // namespace rnnc::passes
