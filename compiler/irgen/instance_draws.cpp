// Dropout and zoneout: what draws in training, and the mean of it otherwise.
#include "compiler/irgen/instance.h"
#include "compiler/support/check.h"

namespace rnnc::irgen {

using ir::Op;
using ir::ValueId;
namespace node = sema::node;

namespace {

ir::DrawPer per_of(sema::DropPer per) {
  switch (per) {
    case sema::DropPer::step:
      return ir::DrawPer::step;
    case sema::DropPer::sequence:
      return ir::DrawPer::sequence;
    case sema::DropPer::parameter:
      return ir::DrawPer::parameter;
  }
  RNNC_UNREACHABLE("a draw of no kind");
}

}  // namespace

// True with that probability, for each element by itself.
ValueId Instance::chance(double probability, ir::DrawPer per, const Axes& axes, const sema::Node& node) {
  const ir::RandomAttr how{ir::Distribution::bernoulli, probability, world().sites++, per};
  return place_.draw(how, axes, time_of(node));
}

ValueId Instance::make(const node::Dropout& n, const sema::Node& node) {
  ValueId value = at(n.value);
  if (!draws() || n.rate == 0) return value;
  const Axes axes = axes_of(node);
  ValueId kept = chance(1 - n.rate, per_of(n.per), axes, node);
  const Axes dims = arrays().type(kept).dims;
  ValueId scale = arrays().select(kept, arrays().number(1 / (1 - n.rate), dims), 0.0);
  return arrays().binary(Op::mul, value, scale);
}

// A choice, not a sum: an infinite first value stays what it is.
ValueId Instance::make(const node::Zoneout& n, const sema::Node& node) {
  ValueId fresh = at(n.fresh), old = at(n.old);
  if (n.rate == 0) return fresh;
  if (draws()) return arrays().select(chance(n.rate, ir::DrawPer::step, axes_of(node), node), old, fresh);
  return arrays().binary(Op::add, arrays().binary(Op::mul, old, n.rate),
                         arrays().binary(Op::mul, fresh, 1 - n.rate));
}

}  // namespace rnnc::irgen
