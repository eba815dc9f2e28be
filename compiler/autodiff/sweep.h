// One walk from the results of a function back to its operands: cotangents are made, added up and handed on,
// one rule per op.
#pragma once

#include <vector>

#include "compiler/autodiff/emitter.h"
#include "compiler/autodiff/forward.h"

namespace rnnc::autodiff {

// How the adjoint reads what the function computed: by the value of the forward copy, in the function that
// the adjoint is written to. The two are one function but for the bodies of scans, which read a tape.
class Values {
 public:
  virtual ~Values() = default;
  virtual ir::ValueId read(ir::ValueId copied) = 0;
};

class Sweep {
 public:
  // Writes to `builder`. All arguments must outlive the sweep.
  Sweep(const Forward& forward, Values& values, ir::Builder& builder);

  // Adds to the cotangent of a value of forward.original(); dropped if nothing wanted depends on the value.
  void add(ir::ValueId value, ir::ValueId cotangent);
  // Handles every instruction, the last one first.
  void run();
  // What has been added up, invalid if nothing was: a cotangent that is 0 has no value until somebody needs
  // one.
  ir::ValueId cotangent(ir::ValueId value) const { return cotangents_[value.index]; }
  ir::ValueId cotangent_or_zeros(ir::ValueId value);

 private:
  friend class Step;

  const Forward& forward_;
  Values& values_;
  Emitter emit_;
  std::vector<ir::ValueId> cotangents_;
};

}  // namespace rnnc::autodiff
