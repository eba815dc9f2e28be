// A plan for weights that are known.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/schedule/plan.h"

namespace rnnc::schedule {

// What brings parameters into panels is done here, once, and leaves the plan; the panels are constants. By
// name of the parameter, row-major.
Plan frozen(const Plan& plan, const std::map<std::string, std::vector<float>>& weights);
// Whether a stage reads the parameter, by its place in the signature.
bool reads_param(const Plan& plan, size_t param);

}  // namespace rnnc::schedule
