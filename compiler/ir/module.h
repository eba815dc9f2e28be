// A module: the functions of one model and what crosses their border.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/function.h"

namespace rnnc::ir {

// An entry of the State: what a model remembers from one window of steps to the next (carries of scans,
// delayed values of the model's own sequences). Input and result of a function both have the name
// "state.<path>" and this type, which has B and no time.
struct StateEntry {
  std::string path;  // "LSTM.h", "text.1" (text one step ago)
  Type type;
  double first = 0;             // what it holds before a sequence starts ...
  std::string first_parameter;  // ... unless this parameter gives it
  bool given = false;  // ... or the model computes it (`LSTM[H](x, h = z)`): only windows after the first
                       // read the State
  friend bool operator==(const StateEntry&, const StateEntry&) = default;
};

// forward:  parameters, inputs, targets, lengths, State -> outputs, predictions, losses, next State
// gradient: the same and cotangents -> the same and gradients (absent until autodiff has run)
// step:     one step of one batch without time, for models that can run step by step (no lengths; sequences
//           are [B, ...]; of a target that is fed back the input is its value one step ago)
// begin:    what comes before the first step: parameters, single inputs, sequences that no step runs over ->
//           the first State, and what every step is handed, as results and inputs "held.<name>". There with
//           step.
//
// Where the model computes a first value, or a parameter gives it, the functions have an input
// "sequence.begins": bool[B], whether the sequence starts here: then that value is taken, else the State's.
struct Module {
  std::string name;
  DimTable dims;
  DimId batch;
  std::vector<StateEntry> state;
  Function forward;
  std::optional<Function> gradient;
  std::optional<Function> begin;
  std::optional<Function> step;
  friend bool operator==(const Module&, const Module&) = default;
};

}  // namespace rnnc::ir
