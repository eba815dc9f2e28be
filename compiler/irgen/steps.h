// The functions `begin` and `step` of a module.
#pragma once

#include "compiler/irgen/step_plan.h"
#include "compiler/irgen/world.h"

namespace rnnc::irgen {

// `forward` must have been written: it knows the State. `plan` must be no refusal.
void write_steps(World& world, const sema::Body& body, const std::vector<sema::NamedNode>& leaving,
                 const StepPlan& plan);

}  // namespace rnnc::irgen
