// Stages that write where what they read ends.
#pragma once

#include <set>
#include <utility>

#include "compiler/schedule/plan.h"

namespace rnnc::schedule {

// Pairs of buffers: a stage makes each element of the second after it has read that element of the first, and
// nothing reads that of the first again. The second may take the place of the first, though both matter while
// the stage runs, or the loops over time around it.
using InPlace = std::set<std::pair<BufferId, BufferId>>;
InPlace in_place(const Plan& plan);

}  // namespace rnnc::schedule
