// What becomes of a module between irgen and the interpreter or the schedule: the passes, in order, and
// autodiff among them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/autodiff/differentiate.h"
#include "compiler/ir/module.h"
#include "compiler/passes/pass.h"
#include "compiler/support/result.h"

namespace rnnc::driver {

struct PipelineOptions {
  // The gradient that the module is to have. States that begin at an infinite number are added to what may
  // be infinite.
  std::optional<autodiff::Request> gradient = std::nullopt;
  std::vector<std::string> skip = {};  // passes that do not run
  // Called after each execution ("lift of gradient") of the passes named, with the function, verified.
  std::vector<std::string> dump_after = {};
  std::function<void(std::string_view execution, const ir::Function& function, const ir::DimTable& dims)>
      dump = {};
  // Only the first so many executions of passes happen; autodiff does in any case, for without it there is no
  // gradient. Halving the number finds the execution that breaks something.
  std::optional<size_t> bisect = std::nullopt;
};

struct Optimised {
  ir::Module module;
  size_t executions = 0;  // of passes
  std::string last = {};  // "lift of forward"; empty if there was none
};

// Every pass of the list in pipeline.cpp, by its name once.
std::vector<passes::Pass> all_passes();

// Takes a module as irgen makes it. What a pass leaves is verified; that it is well-formed is up to us. Fails
// if the options name a pass that does not exist.
support::Result<Optimised> run_pipeline(ir::Module module, const PipelineOptions& options);

}  // namespace rnnc::driver
