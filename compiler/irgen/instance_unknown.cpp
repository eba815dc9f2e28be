// Where a value was computed from a token target that is unknown (-1): language.md, on losses.
#include "compiler/irgen/instance.h"
#include "compiler/support/check.h"

namespace rnnc::irgen {

using ir::DimId;
using ir::Op;
using ir::ValueId;
using sema::NodeId;
namespace node = sema::node;

// One rule for each kind of node that has one of its own; the others are unknown where an operand is.
struct Instance::UnknownRule {
  Instance& self;
  NodeId id;

  template <class Other>
  ValueId operator()(const Other&) const {
    return self.unknown_among(operands(self.body_[id]));
  }
  ValueId operator()(const node::Input& n) const {
    if (!self.use_.top) return self.use_.inputs[n.index].unknown;
    const sema::InputDecl& input = self.body_.inputs[n.index];
    if (!input.target || !input.type.token) return {};
    return self.arrays().binary(Op::less, self.at(id), 0.0);
  }
  // What is behind is known, or it would be missing for good.
  ValueId operator()(const node::Delayed&) const { return {}; }
  ValueId operator()(const node::Call&) const { return {}; }
  ValueId operator()(const node::CallValue& n) const { return self.results_.at(n.call).at(n.inner).unknown; }
  ValueId operator()(const node::Reverse& n) const {
    ValueId unknown = over_time(n.value);
    return unknown.valid() ? self.build().flip(unknown, self.time_of(n.value)) : unknown;
  }
  ValueId operator()(const node::Last& n) const {
    ValueId unknown = over_time(n.value);
    return unknown.valid() ? last_step(self.place_, unknown, self.time_of(n.value)) : unknown;
  }
  // Over time unknown steps are left out: the rest is unknown only if nothing is left of something.
  ValueId operator()(const node::Reduce& n) const {
    if (!n.over_time) return self.value(n.value).unknown;
    ValueId unknown = over_time(n.value);
    if (!unknown.valid()) return unknown;
    const Axes time = {self.time_of(n.value)};
    Arrays& arrays = self.arrays();
    ValueId known = arrays.count(arrays.negated(unknown), time);
    ValueId some = arrays.binary(Op::less, arrays.number(0, arrays.type(known).dims, ir::Element::i32),
                                 self.place_.lengths(time[0]));
    return arrays.select(arrays.binary(Op::less, known, 1.0), some, 0.0);
  }

 private:
  ValueId over_time(NodeId of) const {
    ValueId unknown = self.value(of).unknown;
    if (!unknown.valid()) return unknown;
    return self.arrays().with_lead(unknown, {self.time_of(of), self.dims().batch()});
  }
};

ValueId Instance::unknown_of(NodeId id) { return std::visit(UnknownRule{*this, id}, body_[id].data); }

ValueId Instance::unknown_among(const std::vector<NodeId>& ids) {
  ValueId unknown;
  for (NodeId id : ids) unknown = arrays().either(unknown, values_[id.index].unknown);
  return unknown;
}

}  // namespace rnnc::irgen
