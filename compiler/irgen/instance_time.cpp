// What looks back, and what sees a whole sequence.
#include "compiler/irgen/instance.h"
#include "compiler/support/check.h"

namespace rnnc::irgen {

using ir::ValueId;
using sema::NodeId;
namespace node = sema::node;

// The value `steps` ago, 0 for the present one.
ValueId Instance::past(const Kept& kept, NodeId present, uint32_t steps) {
  if (steps == 0) return at(present);
  if (use_.mode == Mode::step) return kept.before[steps - 1];
  return past_sequence(place_.function(), kept, over_time(present), time_of(present), steps);
}

ValueId Instance::make(const node::StatePast& n, const sema::Node& node) {
  uint32_t steps = delay_steps(dims(), use_.sizes, n.steps, node.span);
  return past(kept_[n.state], body_.states[n.state].update, steps);
}

ValueId Instance::make(const node::Delayed& n, const sema::Node& node) {
  uint32_t steps = delay_steps(dims(), use_.sizes, n.steps, node.span);
  return steps == 0 ? at(n.value) : past(kept_of(n.value), n.value, steps);
}

ValueId Instance::make(const node::Window& n, const sema::Node& node) {
  const Axes axes = axes_of(node);
  auto count = static_cast<uint32_t>(dims().size(axes[0]));
  if (count == 1) return arrays().with_axes(at(n.value), axes);
  auto state = state_of(body_, n);
  const Kept& kept = state ? kept_[*state] : kept_of(n.value);
  std::vector<ValueId> oldest_first;
  for (uint32_t steps = count; steps-- > 0;) oldest_first.push_back(past(kept, n.value, steps));
  arrays().align(oldest_first);
  Axes one = axes;
  one[0] = dims().other(sema::Size(1), axes);
  for (ValueId& part : oldest_first) part = arrays().with_axes(part, one);
  return build().concat(oldest_first, axes[0], joined(arrays().lead(oldest_first[0]), axes));
}

ValueId Instance::make(const node::Reverse& n, const sema::Node&) {
  return build().flip(over_time(n.value), time_of(n.value));
}

ValueId Instance::make(const node::Last& n, const sema::Node&) {
  return last_step(place_, over_time(n.value), time_of(n.value));
}

// A lead is widened where values meet; here nothing does.
ValueId Instance::make(const node::Repeat& n, const sema::Node&) { return at(n.value); }

}  // namespace rnnc::irgen
