// Reverse mode: from a function to the function of its gradients, in the same IR.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/function.h"

namespace rnnc::autodiff {

struct Request {
  // Results of `forward` that are scalar losses: their cotangent is 1.
  std::vector<std::string> losses;
  // Results whose cotangent the caller gives, as an input "grad.<result>" of the result's type.
  std::vector<std::string> given;
  // Names of params and inputs (real ones) whose gradients are wanted.
  std::vector<std::string> with_respect_to;
  // Names of inputs that may hold ±∞, such as a state that begins there. All other params and inputs are
  // taken to be finite, which spares guards (README.md, "Zero wins").
  std::vector<std::string> infinite = {};
};

// Everything that `forward` computes and returns, then one result "grad.<name>" for each name asked for
// (zeros where nothing depends on it). Each scan becomes a scan that also yields what its adjoint reads (the
// tape), and a scan in the other direction. One rule per op, in files by family; the equations are in
// semantics.md. Works on any verified function. `dims` may grow.
ir::Function differentiate(const ir::Function& forward, ir::DimTable& dims, const Request& request);

}  // namespace rnnc::autodiff
