// What the adjoint of a scan reads of the scan's body. Slices and carries come in as slices, whole operands
// whole; of the rest, what any step computes alike and what only repeats or renames elements is written down
// again, everything else is stored over time.
#pragma once

#include <vector>

#include "compiler/autodiff/sweep.h"

namespace rnnc::autodiff {

class Tape final : public Values {
 public:
  // A value of the body, and the parameter of the adjoint's body by which it comes in.
  struct Import {
    ir::ValueId value, parameter;
  };

  // `body` is the forward copy, whose parameters from `first_whole` to `first_carry` are whole operands.
  // Writes to `adjoint`. All arguments must outlive the tape.
  Tape(const ir::Function& body, size_t first_whole, size_t first_carry, ir::Builder& adjoint);

  ir::ValueId read(ir::ValueId value) override;

  const std::vector<Import>& imports() const { return imports_; }

 private:
  ir::ValueId import(ir::ValueId value);
  ir::ValueId again(ir::ValueId value, const ir::Instr& instr);

  const ir::Function& body_;
  ir::Builder& adjoint_;
  std::vector<bool> invariant_;     // equal at every step
  std::vector<ir::ValueId> known_;  // by value of the body: its value in the adjoint, once read
  std::vector<Import> imports_;
};

// What is stored over time has the batch; a value of the body without it is stored once for each sequence.
ir::Type stored_type(const ir::Type& type, const ir::DimTable& dims);

}  // namespace rnnc::autodiff
