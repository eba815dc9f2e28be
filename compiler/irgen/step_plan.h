// Whether a model can run step by step, and what of it is given once before the first step.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/sema/model.h"

namespace rnnc::irgen {

struct StepPlan {
  std::string refusal;  // why it cannot; the rest is of no meaning then
  sema::Clock clock = 0;
  std::vector<bool> needed;  // by node: what a step computes
  // What no step changes, but depends on the inputs: single values, and sequences seen whole. Computed before
  // the first step and handed to each under these names.
  std::map<sema::NodeId, std::string> held;
  std::vector<sema::NodeId> calls;  // that a step runs
  // What is computed before the first step: what is held, first values of states, calls whose last states are
  // first ones.
  std::vector<sema::NodeId> before;
};

// `leaving`: outputs and predictions.
StepPlan plan_step(const sema::Body& model, const std::vector<sema::NamedNode>& leaving);

}  // namespace rnnc::irgen
