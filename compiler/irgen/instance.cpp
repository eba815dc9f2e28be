#include "compiler/irgen/instance.h"

#include <algorithm>

#include "compiler/support/check.h"

namespace rnnc::irgen {

using ir::DimId;
using ir::ValueId;
using sema::NodeId;
namespace node = sema::node;

Instance::Instance(Place& place, Use use)
    : place_(place),
      use_(std::move(use)),
      body_(use_.body),
      names_(state_names(body_)),
      values_(body_.nodes.size()) {}

void Instance::run() {
  kept_ = find_kept(dims(), {body_, use_.needed, names_, use_.sizes, use_.parameters, use_.states});
  begin_memory();
  for (uint32_t i = 0; i < body_.nodes.size(); ++i) {
    if (use_.needed[i]) write(NodeId{i});
  }
  for (const sema::NamedNode& named : body_.named) {
    ValueId id = values_[named.node.index].id;
    if (!id.valid() || !place_.code()[id].name.empty()) continue;
    place_.code().set_name(id, path_of(use_.states, named.name));
  }
  finish_memory();
}

void Instance::write(NodeId id) {
  const sema::Node& node = body_[id];
  build().at(node.span);
  dims().at(node.span);
  Value& value = values_[id.index];
  if (auto held = use_.held.find(id); held != use_.held.end()) {
    value.id = place_.function().input(held->second, type_of(node));
    return;
  }
  ValueId made = std::visit([&](const auto& data) { return make(data, node); }, node.data);
  if (made.valid()) value.id = arrays().with_axes(made, axes_of(node));
  if (use_.mode == Mode::lifted) value.unknown = unknown_of(id);
}

const Value& Instance::value(NodeId id) const {
  const Value& value = values_[id.index];
  RNNC_CHECK(value.id.valid(), "a node is read that was not written");
  return value;
}

std::vector<ValueId> Instance::at(const std::vector<NodeId>& ids) const {
  std::vector<ValueId> values;
  for (NodeId id : ids) values.push_back(at(id));
  return values;
}

// ---------------------------------------------------------------- time

std::vector<std::optional<DimId>> times_of(const Dims& dims, const sema::Body& body) {
  std::vector<std::optional<DimId>> times;
  for (sema::Clock clock = 0; clock < body.clocks.size(); ++clock) times.emplace_back(dims.time(clock));
  return times;
}

std::optional<DimId> Instance::time_of(const sema::Node& node) const {
  return node.type.clock ? use_.times[*node.type.clock] : use_.over;
}

DimId Instance::time_of(NodeId id) const {
  auto time = time_of(body_[id]);
  RNNC_CHECK(time.has_value(), "a time is needed where there is none");
  return *time;
}

ir::Type Instance::type_of(const sema::Node& node) {
  Axes lead;
  if (auto time = time_of(node)) lead.push_back(*time);
  lead.push_back(dims().batch());
  return {node.type.token ? ir::Element::i32 : ir::Element::real, joined(lead, axes_of(node))};
}

ValueId Instance::whole(NodeId id) { return arrays().spread(at(id), type_of(body_[id]).dims); }

ValueId Instance::over_time(NodeId id) { return arrays().with_lead(at(id), {time_of(id), dims().batch()}); }

// ---------------------------------------------------------------- memory

void Instance::begin_memory() {
  for (Kept& kept : kept_) {
    build().at(kept.state ? body_.states[*kept.state].span : body_[kept.present].span);
    const auto* input = std::get_if<node::Input>(&body_[kept.present].data);
    if (use_.mode == Mode::lifted) {
      recall_window(place_.function(), kept);
    } else if (input && use_.top && body_.inputs[input->index].target) {
      recall_fed_back(place_.function(), kept, body_.inputs[input->index].name);
    } else {
      auto given = kept.state ? use_.first.find(*kept.state) : use_.first.end();
      recall_steps(place_, kept, given == use_.first.end() ? ValueId{} : given->second);
    }
  }
}

void Instance::finish_memory() {
  for (const Kept& kept : kept_) {
    build().at(body_[kept.present].span);
    if (use_.mode == Mode::lifted) {
      remember_window(place_.function(), kept, over_time(kept.present), time_of(kept.present));
    } else if (kept.steps > 0) {
      // Of a target that is fed back a step does not know the present value: what it was given is the last.
      const Value& present = values_[kept.present.index];
      remember_steps(place_, kept, present.id.valid() ? present.id : kept.before[0]);
    }
  }
}

const Kept& Instance::kept_of(NodeId value) const {
  auto found = std::find_if(kept_.begin(), kept_.end(),
                            [&](const Kept& kept) { return !kept.state && kept.present == value; });
  RNNC_CHECK(found != kept_.end(), "a delay that was not foreseen");
  return *found;
}

}  // namespace rnnc::irgen
