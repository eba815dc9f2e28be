// A model that runs over whole sequences, used for one step at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/driver/engine.h"
#include "compiler/interp/interpret.h"
#include "compiler/ir/function.h"

namespace rnnc::driver {

// Why the scans of a function, as irgen writes it, cannot be run a step at a time; empty if they can. What
// comes after their ends does not matter.
std::string why_no_steps(const ir::Function& forward, const ir::DimTable& dims);

// One sequence of a batch, a step at a time, in rows that all hold the same. For functions over one time.
class OneStep {
 public:
  // Of the function's inputs, cotangents ("grad.…") are the caller's. Everything must outlive this.
  OneStep(const ir::Function& function, const ir::DimTable& dims, const interp::Arguments& whole,
          size_t sequence);

  int64_t length() const;
  // Of a call whose one sequence has no step: the next State of it is the first one.
  interp::Arguments before_the_first() const;
  // Of calls with so many rows that have begun; the State is still the one before the first step.
  interp::Arguments arguments(size_t rows) const;
  // What changes: the data of step t, the first one being 0, and the State, of which row 0 is taken.
  Arrays at(int64_t t, size_t rows, const Arrays& state) const;

 private:
  interp::Array slice(const interp::Array& from, int64_t t, size_t rows) const;
  bool in_time(const ir::NamedType& input) const { return ir::time_of(input.type, dims_).valid(); }

  std::vector<ir::NamedType> inputs_;
  const ir::DimTable& dims_;
  const interp::Arguments& whole_;
  size_t sequence_;
};

}  // namespace rnnc::driver
