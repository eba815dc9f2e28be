// A function of the IR as machine code of this processor, from the cache where it has been made before.
#pragma once

#include "compiler/backend/jit.h"
#include "compiler/driver/outcome.h"
#include "compiler/ir/function.h"
#include "compiler/schedule/plan.h"

namespace rnnc::driver {

struct MachineCode {
  schedule::Plan plan;
  backend::CompiledFunction function;
};
enum class UseCache { no, yes };
Outcome<MachineCode> make_machine_code(const ir::Function& function, const ir::DimTable& dims,
                                       UseCache use = UseCache::yes);

}  // namespace rnnc::driver
