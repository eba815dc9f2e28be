// What stages read and write, whatever their kind.
#pragma once

#include <functional>

#include "compiler/schedule/plan.h"

namespace rnnc::schedule {

enum class Use : uint8_t { read, write, update };

// Every access of a stage, in an order that the kind of the stage fixes.
void for_each_access(const StageKind& kind, const std::function<void(const Access&, Use)>& visit);
void change_each_access(StageKind& kind, const std::function<void(Access&)>& change);

// Stages and loops in the order of execution, a loop's body once, with the loop around (invalid: none).
// `leave` is called after a loop's body.
struct Walk {
  std::function<void(StageId, LoopId around)> stage;
  std::function<void(LoopId)> enter = [](LoopId) {};
  std::function<void(LoopId)> leave = [](LoopId) {};
};
void walk(const Plan& plan, const Walk& visitor);

}  // namespace rnnc::schedule
