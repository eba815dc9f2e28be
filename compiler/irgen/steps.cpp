#include "compiler/irgen/steps.h"

#include "compiler/irgen/instance.h"

namespace rnnc::irgen {

using ir::ValueId;
using sema::NodeId;
namespace node = sema::node;

namespace {

// First values that the model gives to the states of the cells that a step runs.
class FirstValues {
 public:
  FirstValues(Instance& model, const sema::Body& body, const StepPlan& plan) {
    const std::vector<std::string> names = state_names(body);
    for (NodeId id : plan.calls) {
      const auto& call = std::get<node::Call>(body[id].data);
      const std::string& path = names[id.index];
      for (const auto& [state, first] : call.first) {
        by_base_[path_of(path, call.body->states[state].name)] = model.value(first).id;
      }
      if (!call.init) continue;
      for (const auto& [inner, last] : model.finals(*call.init)) by_path_[path_of(path, inner)] = last;
    }
  }

  // Of an entry, by its path and the state that it is a step of; none: it is not the model that gives it.
  ValueId find(const std::string& path, const std::string& base) const {
    if (auto found = by_path_.find(path); found != by_path_.end()) return found->second;
    auto found = by_base_.find(base);
    return found == by_base_.end() ? ValueId{} : found->second;
  }

 private:
  std::map<std::string, ValueId> by_base_, by_path_;
};

ir::Function write_begin(World& world, const sema::Body& body, const StepPlan& plan) {
  FunctionPlace place(world, FunctionPlace::Role::begin);
  Instance model(place,
                 {.body = body, .needed = reach(body, plan.before), .times = times_of(world.dims, body)});
  model.run();
  for (const auto& [node, name] : plan.held) place.code().add_result(name, model.whole(node));
  FirstValues given(model, body, plan);
  place.finish_state([&](const ir::StateEntry& entry) {
    return place.first_value(entry, given.find(entry.path, world.origins.at(entry.path).base));
  });
  return place.take();
}

ir::Function write_step(World& world, const sema::Body& body, const std::vector<sema::NamedNode>& leaving,
                        const StepPlan& plan) {
  FunctionPlace place(world, FunctionPlace::Role::step);
  Use use{.body = body, .mode = Mode::step, .needed = plan.needed, .times = times_of(world.dims, body)};
  use.times[plan.clock] = std::nullopt;
  use.held = plan.held;
  Instance model(place, std::move(use));
  model.run();
  for (const sema::NamedNode& one : leaving) place.code().add_result(one.name, model.whole(one.node));
  place.finish_state(
      [&](const ir::StateEntry& entry) { return place.input("state." + entry.path, entry.type); });
  return place.take();
}

}  // namespace

void write_steps(World& world, const sema::Body& body, const std::vector<sema::NamedNode>& leaving,
                 const StepPlan& plan) {
  world.module.begin = write_begin(world, body, plan);
  world.module.step = write_step(world, body, leaving, plan);
}

}  // namespace rnnc::irgen
