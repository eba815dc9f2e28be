// Uses of cells: written where they stand, or as a scan.
#include <algorithm>

#include "compiler/irgen/instance.h"
#include "compiler/irgen/loop.h"
#include "compiler/irgen/refusal.h"
#include "compiler/support/check.h"

namespace rnnc::irgen {

using ir::DimId;
using ir::ValueId;
using sema::NodeId;
namespace node = sema::node;

namespace {

bool sees_whole(const node::Call& call) {
  const auto& inputs = call.body->inputs;
  return std::any_of(inputs.begin(), inputs.end(), [](const sema::InputDecl& input) { return input.whole; });
}

std::string name_in(const sema::Body& body, NodeId id) {
  auto named =
      std::find_if(body.named.begin(), body.named.end(), [&](const auto& n) { return n.node == id; });
  return named == body.named.end() ? "value" : named->name;
}

}  // namespace

// A cell that remembers runs step by step, and so does one that looks at all of another sequence at each
// step.
ValueId Instance::make(const node::Call& n, const sema::Node& node) {
  const auto id = NodeId{static_cast<uint32_t>(&node - body_.nodes.data())};
  if (use_.mode == Mode::step) {
    call_here(id, n, Mode::step);
  } else if (!n.stateful && !sees_whole(n)) {
    call_here(id, n, Mode::lifted);
  } else if (time_of(node)) {
    call_loop(id, n);
  } else {
    RNNC_CHECK(!n.stateful, "a cell that remembers, on a single value");
    call_here(id, n, Mode::step);
  }
  return {};
}

ValueId Instance::make(const node::CallValue& n, const sema::Node&) {
  return results_.at(n.call).at(n.inner).id;
}

Use Instance::use_of(NodeId id, const node::Call& call) {
  const sema::Body& cell = *call.body;
  std::vector<NodeId> roots = taken_from(body_, use_.needed, id);
  if (call.stateful) {
    for (NodeId root : cell_roots(cell)) roots.push_back(root);
  }
  Use inner{.body = cell, .needed = reach(cell, roots)};
  inner.sizes = use_.sizes.inside(call);
  inner.parameters = path_of(use_.parameters, call.path);
  inner.states = path_of(use_.states, call.stateful ? names_[id.index] : call.path);
  inner.top = false;
  inner.times.resize(cell.clocks.size());
  for (size_t i = 0; i < cell.inputs.size(); ++i) {
    if (!cell.inputs[i].whole) continue;
    auto& time = inner.times[*cell.inputs[i].type.clock];
    const DimId here = time_of(call.inputs[i]);
    if (time && *time != here) {
      refuse("this cell makes two sequences meet that are seen whole, and they have lengths of their own",
             body_[id].span, "give both from one sequence");
    }
    time = here;
  }
  return inner;
}

void Instance::call_here(NodeId id, const node::Call& call, Mode mode) {
  Use inner = use_of(id, call);
  inner.mode = mode;
  if (mode == Mode::lifted) inner.over = time_of(body_[id]);
  for (NodeId input : call.inputs) inner.inputs.push_back(value(input));
  // First values that the model itself gives are in the State before its first step.
  if (!use_.top) {
    if (call.init) {
      refuse("`init` inside of a cell", body_[id].span,
             "give single states by name, or use both cells in a model");
    }
    for (const auto& [state, first] : call.first) inner.first[state] = at(first);
  }
  const std::vector<NodeId> taken = taken_from(body_, use_.needed, id);
  Instance instance(place_, std::move(inner));
  instance.run();
  for (NodeId value : taken) results_[id][value] = instance.value(value);
}

void Instance::call_loop(NodeId id, const node::Call& call) {
  Use inner = use_of(id, call);
  inner.mode = Mode::step;
  const sema::Body& cell = *call.body;
  const DimId time = time_of(id);
  const Axes batch = {dims().batch()};
  Loop loop(place_.function(), time, inner.states);
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    NodeId input = call.inputs[i];
    if (cell.inputs[i].whole && time_of(input) == time) {
      refuse("a cell sees whole the very sequence that it runs over", body_[id].span,
             "this version lets it look at another sequence only");
    }
    inner.inputs.push_back({loop.import(cell.inputs[i].whole ? over_time(input) : at(input))});
  }
  for (const auto& [state, first] : call.first) {
    loop.begin_state(path_of(inner.states, cell.states[state].name), at(first));
  }
  if (call.init) loop.begin_all(finals_.at(*call.init), body_[id].span);

  const std::vector<NodeId> taken = taken_from(body_, use_.needed, id);
  const std::string path = inner.states;
  Instance instance(loop, std::move(inner));
  instance.run();
  std::vector<ir::NamedResult> outs;
  for (NodeId value : taken) outs.push_back({name_in(cell, value), instance.whole(value)});
  std::vector<ValueId> results = loop.finish(outs);
  for (size_t i = 0; i < taken.size(); ++i) {
    place_.code().set_name(results[i], path_of(path, outs[i].name));
    std::vector<NodeId> seen;
    for (uint32_t input : inputs_seen_now(cell, taken[i])) seen.push_back(call.inputs[input]);
    results_[id][taken[i]] = {results[i], unknown_among(seen)};
  }
  finals_[id] = loop.finals();
}

}  // namespace rnnc::irgen
