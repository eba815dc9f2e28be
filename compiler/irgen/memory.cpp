#include "compiler/irgen/memory.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/irgen/refusal.h"
#include "compiler/support/check.h"

namespace rnnc::irgen {

using ir::Op;
using ir::ValueId;
using sema::NodeId;
namespace node = sema::node;

namespace {

Kept state_chain(Dims& dims, const MemoryOf& of, uint32_t index) {
  const sema::StateDecl& state = of.body.states[index];
  Axes lead = {dims.batch()};
  Kept kept{path_of(of.states, state.name),
            index,
            state.update,
            {ir::Element::real, joined(lead, dims.axes(of.sizes.shape(state.shape)))},
            state.first};
  if (state.first_parameter) kept.first_parameter = path_of(of.parameters, *state.first_parameter);
  kept.steps = 1;
  return kept;
}

Kept delay_chain(Dims& dims, const MemoryOf& of, NodeId value) {
  const sema::Type& type = of.body[value].type;
  Axes lead = {dims.batch()};
  return {path_of(of.states, of.names[value.index]),
          std::nullopt,
          value,
          {type.token ? ir::Element::i32 : ir::Element::real,
           joined(lead, dims.axes(of.sizes.shape(type.shape)))},
          type.token ? -1.0 : 0.0};
}

// Lengthens the chain of a state or a value, which is made if it is new.
class Chains {
 public:
  Chains(Dims& dims, const MemoryOf& of) : dims_(dims), of_(of) {
    for (uint32_t i = 0; i < of.body.states.size(); ++i) chains_.push_back(state_chain(dims, of, i));
  }

  void read(const sema::Node& node) {
    if (const auto* past = std::get_if<node::StatePast>(&node.data)) {
      lengthen(chains_[past->state], delay_steps(dims_, of_.sizes, past->steps, node.span));
    } else if (const auto* delayed = std::get_if<node::Delayed>(&node.data)) {
      lengthen(of_value(delayed->value), delay_steps(dims_, of_.sizes, delayed->steps, node.span));
    } else if (const auto* window = std::get_if<node::Window>(&node.data)) {
      auto count = static_cast<uint32_t>(dims_.number(of_.sizes.size(window->count)));
      auto state = state_of(of_.body, *window);
      if (count > 1) lengthen(state ? chains_[*state] : of_value(window->value), count - 1);
    }
  }
  std::vector<Kept> take() { return std::move(chains_); }

 private:
  static void lengthen(Kept& chain, uint32_t steps) { chain.steps = std::max(chain.steps, steps); }
  Kept& of_value(NodeId value) {
    auto found = std::find_if(chains_.begin(), chains_.end(),
                              [&](const Kept& k) { return !k.state && k.present == value; });
    if (found != chains_.end()) return *found;
    chains_.push_back(delay_chain(dims_, of_, value));
    return chains_.back();
  }

  Dims& dims_;
  const MemoryOf& of_;
  std::vector<Kept> chains_;
};

Remembered entry_of(const Kept& kept, uint32_t step) {
  return {{kept.entry(step), kept.type, kept.first, kept.first_parameter, false}, {kept.base}};
}

}  // namespace

std::string Kept::entry(uint32_t step) const {
  return state && step == 1 ? base : fmt::format("{}.{}", base, step);
}

uint32_t delay_steps(const Dims& dims, const Environment& sizes, const sema::Size& steps,
                     support::Span span) {
  sema::Size here = sizes.size(steps);
  if (here.number() == 0) return 0;
  if (here.number().value_or(1) < 0) refuse("a delay into the future", span);
  return static_cast<uint32_t>(dims.number(here));
}

std::vector<Kept> find_kept(Dims& dims, const MemoryOf& of) {
  Chains chains(dims, of);
  for (size_t i = 0; i < of.body.nodes.size(); ++i) {
    if (of.needed[i]) chains.read(of.body.nodes[i]);
  }
  return chains.take();
}

// ---------------------------------------------------------------- one step at a time

void recall_steps(Place& place, Kept& kept, ValueId given) {
  for (uint32_t step = 1; step <= kept.steps; ++step) {
    Remembered what = entry_of(kept, step);
    bool here = given.valid() && !place.begins_outside(what.entry.path);
    if (here) {
      what.entry.given = true;
      what.entry.first_parameter.clear();
    }
    ValueId past = place.recall(what);
    if (here)
      past = place.arrays().select(place.first_step(), place.arrays().spread(given, kept.type.dims), past);
    kept.before.push_back(past);
  }
}

void recall_fed_back(FunctionPlace& step, Kept& kept, const std::string& name) {
  if (kept.steps > 0) kept.before.push_back(step.input(name, kept.type));
  for (uint32_t ago = 2; ago <= kept.steps; ++ago) kept.before.push_back(step.recall(entry_of(kept, ago)));
}

void remember_steps(Place& place, const Kept& kept, ValueId present) {
  for (uint32_t step = 1; step <= kept.steps; ++step) {
    ValueId next = step == 1 ? place.arrays().spread(present, kept.type.dims) : kept.before[step - 2];
    place.remember(kept.entry(step), next);
  }
}

// ---------------------------------------------------------------- all steps at once

void recall_window(FunctionPlace& function, Kept& kept) {
  for (uint32_t step = 1; step <= kept.steps; ++step) {
    kept.before.push_back(function.recall(entry_of(kept, step)));
  }
}

ValueId past_sequence(FunctionPlace& function, const Kept& kept, ValueId present, ir::DimId time,
                      uint32_t steps) {
  if (steps == 0) return present;
  std::vector<ValueId> before(kept.before.begin(), kept.before.begin() + steps);
  return function.build().shift(present, time, static_cast<int>(steps), before);
}

ValueId last_step(Place& place, ValueId sequence, ir::DimId time) {
  Arrays& arrays = place.arrays();
  ValueId at = arrays.binary(Op::sub, place.lengths(time), 1.0);
  return place.build().gather(sequence, time, at, arrays.type(sequence).without(time).dims);
}

// Of a sequence without steps the window before goes on.
void remember_window(FunctionPlace& function, const Kept& kept, ValueId present, ir::DimId time) {
  Arrays& arrays = function.arrays();
  if (kept.steps == 0) return;
  ValueId none = arrays.binary(Op::less, function.lengths(time), 1.0);
  for (uint32_t step = 1; step <= kept.steps; ++step) {
    ValueId sequence = past_sequence(function, kept, present, time, step - 1);
    ValueId last = last_step(function, sequence, time);
    function.remember(kept.entry(step), arrays.select(none, kept.before[step - 1], last));
  }
}

}  // namespace rnnc::irgen
