// The plan in sentences, for people: what `rnnc explain` says.
#pragma once

#include <string>
#include <string_view>

#include "compiler/schedule/plan.h"

namespace rnnc::schedule {

// One paragraph for the whole, one line for each stage with what it costs and why it stands by itself, then
// the memory. Loops are indented. The same plan gives the same text.
std::string describe(const Plan& plan);
// One word for the kind of a stage.
std::string_view kind_of(const Stage& stage);

}  // namespace rnnc::schedule
