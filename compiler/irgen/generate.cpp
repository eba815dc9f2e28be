#include "compiler/irgen/generate.h"

#include <algorithm>

#include "compiler/irgen/alone.h"
#include "compiler/irgen/instance.h"
#include "compiler/irgen/losses.h"
#include "compiler/irgen/refusal.h"
#include "compiler/irgen/step_plan.h"
#include "compiler/irgen/steps.h"

namespace rnnc::irgen {

using sema::NamedNode;
using sema::NodeId;

namespace {

// Outputs, and predictions that are none: what samples reads these.
std::vector<NamedNode> leaving_of(const sema::Body& body) {
  std::vector<NamedNode> leaving = body.outputs;
  for (const sema::Feedback& feedback : body.feedback) {
    auto same = [&](const NamedNode& one) { return one.name == feedback.prediction; };
    if (std::none_of(leaving.begin(), leaving.end(), same)) {
      leaving.push_back({feedback.prediction, feedback.node, false, body[feedback.node].span});
    }
  }
  return leaving;
}

void write_forward(World& world, const sema::Body& body, const std::vector<NamedNode>& leaving) {
  FunctionPlace place(world, FunctionPlace::Role::forward);
  std::vector<NodeId> roots;
  for (const NamedNode& one : leaving) roots.push_back(one.node);
  for (const sema::Loss& loss : body.losses) roots.push_back(loss.value);
  Instance model(place, {.body = body, .needed = reach(body, roots), .times = times_of(world.dims, body)});
  model.run();
  for (const NamedNode& one : leaving) place.code().add_result(one.name, model.whole(one.node));
  write_losses(place, model, body);
  place.finish_state([](const ir::StateEntry& entry) -> ir::ValueId {
    RNNC_UNREACHABLE("a state without a next value: " + entry.path);
  });
  world.module.forward = place.take();
}

}  // namespace

support::Result<Generated, Unsupported> generate(const sema::Model& model, const Options& options) {
  try {
    const std::shared_ptr<const sema::Body> body = body_to_run(model);
    const std::vector<NamedNode> leaving = leaving_of(*body);
    World world(model, *body, options);
    write_forward(world, *body, leaving);
    const StepPlan plan = plan_step(*body, leaving);
    if (plan.refusal.empty()) write_steps(world, *body, leaving, plan);
    return Generated{std::move(world.module), plan.refusal};
  } catch (Refusal& refusal) {
    return std::move(refusal.reason);
  }
}

}  // namespace rnnc::irgen
