// Whether gradients are slopes: what `train --gradcheck` does before it trains.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/driver/outcome.h"
#include "compiler/interp/interpret.h"
#include "compiler/sema/check.h"

namespace rnnc::driver {

// Errors are relative to the largest element of the parameter's gradient.
struct CheckedGradient {
  std::string parameter;
  int64_t elements = 0;    // that were looked at; 0: a corner (relu, abs, max) lay near each of them
  double differences = 0;  // worst error beside central differences, both in double precision
  double machine = 0;      // worst error of machine code beside the interpreter, of all elements
  bool good() const { return differences <= kMostDifference && machine <= kMostMachineError; }

  static constexpr double kMostDifference = 1e-4;
  static constexpr double kMostMachineError = 1e-2;
};

// Whether the spec cuts a gradient on purpose, so that no difference shows it.
bool detaches(const sema::Body& body);

// `compiled` in training mode with a gradient of the loss. Of each parameter some elements are looked at, by
// the seed, most of them where the gradient is not 0. Fails where the loss is not finite. Without
// `differences`, only machine code is held against the interpreter.
Outcome<std::vector<CheckedGradient>> check_gradient(const Compiled& compiled, interp::Arguments arguments,
                                                     bool differences, uint64_t seed);

// The model with all sizes that the data do not fix at most 8, so that the interpreter is quick; the model
// itself where that is no model any more (a size that must be a multiple of another).
std::shared_ptr<const sema::Model> shrunken(const sema::Program& program, const ast::Body& body,
                                            std::shared_ptr<const sema::Model> model);

}  // namespace rnnc::driver
