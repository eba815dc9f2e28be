// Sums and extremes over axes and over time, and what is made of them.
#include <limits>

#include "compiler/irgen/instance.h"
#include "compiler/support/check.h"

namespace rnnc::irgen {

using ir::DimId;
using ir::Op;
using ir::Reduction;
using ir::ValueId;
using sema::ReduceFn;
namespace node = sema::node;

namespace {

struct ReduceRule {
  Reduction reduction;
  double nothing;  // changes no result
};

ReduceRule rule_of(ReduceFn fn) {
  switch (fn) {
    case ReduceFn::sum:
    case ReduceFn::mean:
      return {Reduction::sum, 0};
    case ReduceFn::max:
      return {Reduction::max, -std::numeric_limits<double>::infinity()};
    case ReduceFn::min:
      return {Reduction::min, std::numeric_limits<double>::infinity()};
  }
  RNNC_UNREACHABLE("a reduction of no kind");
}

}  // namespace

ValueId Instance::make(const node::Reduce& n, const sema::Node&) {
  const Axes axes = arrays().axes(at(n.value));
  Axes over;
  for (uint32_t axis : n.axes) over.push_back(axes[axis]);
  if (n.over_time) return reduce_time(n, over);
  ValueId sum = arrays().reduce(rule_of(n.fn).reduction, at(n.value), over);
  if (n.fn != ReduceFn::mean) return sum;
  return arrays().binary(Op::div, sum, static_cast<double>(dims().elements(over)));
}

// Unknown steps are left out. Over no steps everything is 0.
ValueId Instance::reduce_time(const node::Reduce& n, const Axes& over) {
  const DimId time = time_of(n.value);
  const ReduceRule rule = rule_of(n.fn);
  ValueId values = over_time(n.value), unknown = value(n.value).unknown;
  if (unknown.valid()) {
    ValueId nothing = arrays().number(rule.nothing, arrays().type(values).dims);
    values = arrays().select(unknown, nothing, values);
  }
  ValueId sum = arrays().reduce(rule.reduction, arrays().reduce(rule.reduction, values, over), {time});
  if (n.fn != ReduceFn::mean) return sum;
  ValueId steps = unknown.valid() ? arrays().count(arrays().negated(unknown), {time}) : place_.lengths(time);
  ValueId at_least_one = arrays().binary(Op::max, build().cast(steps, ir::Element::real), 1.0);
  ValueId divisor = arrays().binary(Op::mul, at_least_one, static_cast<double>(dims().elements(over)));
  return arrays().binary(Op::div, sum, arrays().spread(divisor, arrays().type(sum).dims));
}

ValueId Instance::make(const node::Softmax& n, const sema::Node&) {
  ValueId value = n.over_time ? over_time(n.value) : at(n.value);
  const DimId over = n.over_time ? time_of(n.value) : arrays().axes(value)[n.axis];
  return n.log ? arrays().log_softmax(value, over) : arrays().softmax(value, over);
}

ValueId Instance::make(const node::OneHot& n, const sema::Node& node) {
  const DimId tokens = axes_of(node)[0];
  const Axes dims = joined(arrays().lead(at(n.value)), {tokens});
  ValueId hot = build().binary(Op::equal, arrays().spread(at(n.value), dims),
                               arrays().spread(build().iota(tokens), dims));
  return arrays().as_number(hot);
}

// log Σ exp z − z[target], and Σ p · (log Σ exp z − z) against a distribution p.
ValueId Instance::make(const node::CrossEntropy& n, const sema::Node&) {
  ValueId logits = at(n.logits), target = at(n.target);
  const DimId axis = arrays().axes(logits)[n.axis];
  if (!body_[n.target].type.token) {
    ValueId product = arrays().binary(Op::mul, target, arrays().log_softmax(logits, axis));
    return arrays().unary(Op::neg, arrays().reduce(Reduction::sum, product, {axis}));
  }
  ValueId all = arrays().log_sum_exp(logits, axis);
  const Axes lead = arrays().wider_lead(logits, target);
  ValueId hit = build().gather(logits, axis, target, lead);
  return arrays().binary(Op::sub, all, hit);
}

}  // namespace rnnc::irgen
