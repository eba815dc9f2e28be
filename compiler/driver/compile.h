// From a checked model to functions that run.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/autodiff/probes.h"
#include "compiler/driver/outcome.h"
#include "compiler/driver/pipeline.h"
#include "compiler/ir/module.h"
#include "compiler/sema/model.h"

namespace rnnc::driver {

struct CompileOptions {
  bool training = false;  // dropout and zoneout draw
  bool gradient = false;  // of the loss, if there is one, and of `given`, by every parameter and by `inputs`
  std::vector<std::string> given = {};    // results whose cotangents the caller gives
  std::vector<std::string> inputs = {};   // names of inputs; those that nothing reads have no gradient
  bool of_loss = true, by_params = true;  // else the gradient is of `given`, by `inputs` alone
  // `forward` has a probe for each state (autodiff/probes.h), and the gradient is also by these.
  bool probes = false;
  PipelineOptions passes = {};
};

// The gradient of the losses, or where there are none of whatever is computed from the outputs.
CompileOptions for_gradient(const sema::Body& body);

struct Compiled {
  std::shared_ptr<const sema::Model> model;
  std::shared_ptr<const sema::Body> body;  // that runs: of a cell alone, the model around it
  ir::Module module;
  std::string no_step;  // why the model cannot run step by step; empty if it can
  std::vector<autodiff::Probe> probes = {};
};

// Whether the path of an entry of the State is a delay of something (`LSTM.h.2`, `text.1`), and no state
// itself.
bool is_delay(std::string_view path);

// The sentence that the architecture is: sema → irgen → autodiff and passes.
Outcome<Compiled> compile(std::shared_ptr<const sema::Model> model, const CompileOptions& options);

}  // namespace rnnc::driver
