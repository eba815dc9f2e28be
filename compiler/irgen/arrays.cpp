#include "compiler/irgen/arrays.h"

#include <algorithm>

#include "compiler/support/check.h"

namespace rnnc::irgen {

using ir::DimId;
using ir::Op;
using ir::ValueId;

Axes joined(const Axes& lead, const Axes& axes) {
  Axes result = lead;
  result.insert(result.end(), axes.begin(), axes.end());
  return result;
}

Axes Arrays::lead(ValueId value) const {
  Axes result;
  for (DimId dim : type(value).dims) {
    if (build_.dims()[dim].kind != ir::DimKind::constant) result.push_back(dim);
  }
  return result;
}

Axes Arrays::axes(ValueId value) const {
  Axes result;
  for (DimId dim : type(value).dims) {
    if (build_.dims()[dim].kind == ir::DimKind::constant) result.push_back(dim);
  }
  return result;
}

ValueId Arrays::number(double value, const Axes& dims, ir::Element element) {
  return build_.constant(value, {element, dims});
}

ValueId Arrays::spread(ValueId value, const Axes& dims) {
  const ir::Type now = type(value);
  if (now.dims == dims) return value;
  if (const ir::Instr* made = build_.function().producer(value); made && made->op == Op::constant) {
    const auto& values = std::get<ir::ConstAttr>(made->attributes).values;
    if (values.size() == 1) return number(values[0], dims, now.element);
  }
  return build_.broadcast(value, {now.element, dims});
}

ValueId Arrays::with_lead(ValueId value, const Axes& lead) {
  return spread(value, joined(lead, axes(value)));
}

Axes Arrays::wider_lead(ValueId a, ValueId b) const {
  Axes one = lead(a), other = lead(b);
  return other.size() > one.size() ? other : one;
}

void Arrays::align(std::vector<ValueId>& values) {
  Axes widest;
  for (ValueId value : values) {
    Axes own = lead(value);
    if (own.size() > widest.size()) widest = own;
  }
  for (ValueId& value : values) value = with_lead(value, widest);
}

ValueId Arrays::with_axes(ValueId value, const Axes& axes) {
  return build_.view(value, joined(lead(value), axes));
}

ValueId Arrays::binary(Op op, ValueId a, ValueId b) {
  std::vector<ValueId> operands = {a, b};
  align(operands);
  return build_.binary(op, operands[0], operands[1]);
}

ValueId Arrays::binary(Op op, ValueId a, double b) {
  const ir::Type like = type(a);
  return build_.binary(op, a, number(b, like.dims, like.element));
}

ValueId Arrays::select(ValueId condition, ValueId yes, ValueId no) {
  std::vector<ValueId> operands = {condition, yes, no};
  const Axes dims = axes(yes);
  if (axes(condition) != dims) operands[0] = spread(condition, joined(lead(condition), dims));
  align(operands);
  return build_.select(operands[0], operands[1], operands[2]);
}

ValueId Arrays::select(ValueId condition, ValueId yes, double no) {
  return select(condition, yes, number(no, axes(yes), type(yes).element));
}

ValueId Arrays::either(ValueId a, ValueId b) {
  if (!a.valid()) return b;
  if (!b.valid() || a == b) return a;
  std::vector<ValueId> operands = {a, b};
  align(operands);
  return build_.select(operands[0], number(1, type(operands[0]).dims, ir::Element::boolean), operands[1]);
}

ValueId Arrays::negated(ValueId condition) {
  const ir::Type type = build_.type(condition);
  auto truth = [&](double value) { return number(value, type.dims, type.element); };
  return build_.select(condition, truth(0), truth(1));
}

ValueId Arrays::reduce(ir::Reduction reduction, ValueId a, const Axes& over) {
  return over.empty() ? a : build_.reduce(reduction, a, over);
}

ValueId Arrays::count(ValueId condition, const Axes& over) {
  return reduce(ir::Reduction::sum, build_.cast(condition, ir::Element::i32), over);
}

// It cancels in what is made of it, so nothing flows through it.
ValueId Arrays::max_of(ValueId a, DimId over) {
  return unary(Op::detach, reduce(ir::Reduction::max, a, {over}));
}

// The largest element is 0 then: no exponential of these overflows.
ValueId Arrays::less_its_max(ValueId a, DimId over) {
  return build_.binary(Op::sub, a, spread(max_of(a, over), type(a).dims));
}

ValueId Arrays::softmax(ValueId a, DimId over) {
  ValueId weights = unary(Op::exp, less_its_max(a, over));
  ValueId sum = reduce(ir::Reduction::sum, weights, {over});
  return build_.binary(Op::div, weights, spread(sum, type(a).dims));
}

ValueId Arrays::log_softmax(ValueId a, DimId over) {
  ValueId shifted = less_its_max(a, over);
  ValueId sum = reduce(ir::Reduction::sum, unary(Op::exp, shifted), {over});
  return build_.binary(Op::sub, shifted, spread(unary(Op::log, sum), type(a).dims));
}

ValueId Arrays::log_sum_exp(ValueId a, DimId over) {
  ValueId largest = max_of(a, over);
  ValueId shifted = build_.binary(Op::sub, a, spread(largest, type(a).dims));
  ValueId sum = reduce(ir::Reduction::sum, unary(Op::exp, shifted), {over});
  return build_.binary(Op::add, largest, unary(Op::log, sum));
}

}  // namespace rnnc::irgen
