// How a loss feels a state at a step: an input that moves it, by which one differentiates.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/ir/function.h"

namespace rnnc::autodiff {

// Of one carry of a scan.
struct Probe {
  std::string path;  // of the carry, as the State has it
  ir::DimId time;
  bool backwards = false;  // the scan reads the model's sequences from their ends
};

struct Probed {
  ir::Function function;
  std::vector<Probe> probes;  // in the order of the scans
};

// `forward` with two more inputs for each real carry of its scans of which `wanted(path)` holds:
// "probe.<path>", a sequence of the carry's type that is added to the carry's new value at each step before
// anything reads it, also within that step; and "first.<path>", added to its first value. Zeros change
// nothing, and the gradients by zeros are the total derivatives by the state at each step and before the
// first one. "probe.<path>" is in the order of the model's sequences, also where the scan is backwards.
//
// A value that a step only hands on (a parameter of the body) has other readers than the state that it
// becomes: there only the next step sees the sum.
Probed with_probes(const ir::Function& forward, const ir::DimTable& dims,
                   const std::function<bool(const std::string& path)>& wanted);

}  // namespace rnnc::autodiff
