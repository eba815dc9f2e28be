// Checks one stage by itself.
#pragma once

#include <set>

#include "compiler/schedule/plan.h"
#include "compiler/support/result.h"

namespace rnnc::schedule {

// `around`: the times of the loops in which the stage stands.
support::Status verify_stage(const Plan& plan, const StageKind& kind, const std::set<ir::DimId>& around);

}  // namespace rnnc::schedule
