// A function of the IR as machine code of this processor, from the cache where it has been made before.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/backend/jit.h"
#include "compiler/driver/outcome.h"
#include "compiler/ir/function.h"
#include "compiler/schedule/choices.h"
#include "compiler/schedule/plan.h"

namespace rnnc::driver {

// How a function is computed on a machine. Code in memory and in objects is made from the same plans.
Outcome<schedule::Plan> make_plan(const ir::Function& function, const ir::DimTable& dims,
                                  const schedule::Machine& machine, const schedule::Choices& choices = {});

struct MachineCode {
  schedule::Plan plan;
  backend::CompiledFunction function;
};
enum class UseCache { no, yes };
struct CodeOptions {
  UseCache use = UseCache::yes;
  backend::Counting counting = backend::Counting::no;
  schedule::Choices choices = {};
  // By name of the parameter: if they are given, the code is for these alone, and is not kept.
  std::map<std::string, std::vector<float>> weights = {};
};
Outcome<MachineCode> make_machine_code(const ir::Function& function, const ir::DimTable& dims,
                                       const CodeOptions& options = {});

// What is run step by step, one sequence at a time, with weights that stay: by one thread, with all that
// depends on the weights alone done before.
CodeOptions for_steps(const std::map<std::string, std::vector<double>>& weights);

}  // namespace rnnc::driver
