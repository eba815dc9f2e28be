// A function of the IR as machine code of this processor, from the cache where it has been made before.
#pragma once

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
Outcome<MachineCode> make_machine_code(const ir::Function& function, const ir::DimTable& dims,
                                       UseCache use = UseCache::yes,
                                       backend::Counting counting = backend::Counting::no,
                                       const schedule::Choices& choices = {});

}  // namespace rnnc::driver
