// What a derivative rule sees: the instruction with its types, ranges and activity, and its values as the
// adjoint reads them. Operands go by their position.
#pragma once

#include "compiler/autodiff/sweep.h"

namespace rnnc::autodiff {

class Step {
 public:
  Step(Sweep& sweep, ir::InstrId id) : sweep_(sweep), id_(id), instr_(function()[id]) {}

  const ir::Function& function() const { return sweep_.forward_.original(); }
  const ir::Instr& instr() const { return instr_; }
  template <class Attr>
  const Attr& attr() const {
    return std::get<Attr>(instr_.attributes);
  }
  Emitter& emit() { return sweep_.emit_; }
  ir::Builder& build() { return sweep_.emit_.build; }

  // The cotangent of the result. The rule of an op with one result runs only if there is one.
  ir::ValueId cotangent() const { return sweep_.cotangent(instr_.results[0]); }
  ir::ValueId cotangent_or_zeros(ir::ValueId result) { return sweep_.cotangent_or_zeros(result); }
  // Whether anything wanted depends on the operand; and where its cotangent goes, of exactly its type.
  bool wants(size_t operand) const { return sweep_.forward_.active()[instr_.operands[operand]]; }
  void give(size_t operand, ir::ValueId cotangent) { sweep_.add(instr_.operands[operand], cotangent); }

  // Values, to be used in the adjoint.
  ir::ValueId operand(size_t i) { return read(sweep_.forward_.copied(instr_.operands[i])); }
  // As a factor of sums of products. Where the result may be thrown away, what is not finite counts as 0: it
  // would make NaN of the cotangents that are 0.
  ir::ValueId factor(size_t i) {
    bool unsafe = !range(i).finite() && sweep_.forward_.discardable(instr_.results[0]);
    return unsafe ? emit().finite_part(operand(i)) : operand(i);
  }
  ir::ValueId result() { return read(sweep_.forward_.copied(instr_.results[0])); }
  ir::ValueId read(ir::ValueId copied) { return sweep_.values_.read(copied); }

  const ir::Type& type(size_t operand) const { return function().type(instr_.operands[operand]); }
  const ir::Type& result_type() const { return function().type(instr_.results[0]); }
  const Range& range(size_t operand) const { return sweep_.forward_.ranges()[instr_.operands[operand]]; }
  const Range& result_range() const { return sweep_.forward_.ranges()[instr_.results[0]]; }
  const ScanAdjoint& scan_adjoint() const { return sweep_.forward_.scan_adjoint(id_); }

 private:
  Sweep& sweep_;
  ir::InstrId id_;
  const ir::Instr& instr_;
};

}  // namespace rnnc::autodiff
