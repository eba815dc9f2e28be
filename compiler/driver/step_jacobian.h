// ‖∂s_t/∂s_{t-1}‖₂ of each layer with states: what one step does to a gradient that goes back through it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/driver/engine.h"
#include "compiler/driver/outcome.h"

namespace rnnc::driver {

// By sequence and step, the first one first: the largest singular value.
using StepNorms = std::vector<std::vector<double>>;

// A layer is all states whose paths differ in the last name only; their delays (`h[t-2]`) belong to it.
struct LayerJacobian {
  std::string layer;  // "stack.0"; empty of a cell alone
  std::vector<std::string> states;
  StepNorms joined;              // of all states of the layer together
  std::vector<StepNorms> alone;  // of each, the others held; empty where there is one
};

struct StepJacobians {
  std::string refusal;  // why the model cannot run step by step; then there is nothing else
  std::vector<LayerJacobian> layers;
};

// Of the first `sequences` of the batch. `arguments` are those that the model has without probes and
// cotangents, its weights among them.
Outcome<StepJacobians> step_jacobians(const std::shared_ptr<const sema::Model>& model,
                                      const interp::Arguments& arguments, EngineKind engine,
                                      int64_t sequences);

}  // namespace rnnc::driver
