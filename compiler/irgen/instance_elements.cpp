// Numbers, leaves, and functions of single elements.
#include "compiler/irgen/instance.h"
#include "compiler/support/check.h"

namespace rnnc::irgen {

using ir::Op;
using ir::ValueId;
using sema::ElementFn;
namespace node = sema::node;

ValueId Instance::make(const node::Number& n, const sema::Node&) { return arrays().number(n.value); }

ValueId Instance::make(const node::SizeNumber& n, const sema::Node&) {
  return arrays().number(dims().real(use_.sizes.size(n.size)));
}

ValueId Instance::make(const node::Input& n, const sema::Node& node) {
  if (!use_.top) return use_.inputs[n.index].id;
  return place_.function().input(body_.inputs[n.index].name, type_of(node));
}

ValueId Instance::make(const node::Parameter& n, const sema::Node& node) {
  return place_.param(path_of(use_.parameters, n.path), axes_of(node));
}

ValueId Instance::make(const node::Broadcast& n, const sema::Node& node) {
  const Axes axes = axes_of(node);
  Axes own;
  for (uint32_t axis : n.axes) own.push_back(axes[axis]);
  ValueId value = arrays().with_axes(at(n.value), own);
  return arrays().spread(value, joined(arrays().lead(value), axes));
}

namespace {

// The op that does the same, if there is one.
std::optional<Op> op_of(ElementFn fn) {
  using enum ElementFn;
  switch (fn) {
    case negate:
      return Op::neg;
    case exp:
      return Op::exp;
    case log:
      return Op::log;
    case sqrt:
      return Op::sqrt;
    case abs:
      return Op::abs;
    case sigmoid:
      return Op::sigmoid;
    case tanh:
      return Op::tanh;
    case softplus:
      return Op::softplus;
    case sin:
      return Op::sin;
    case cos:
      return Op::cos;
    case detach:
      return Op::detach;
    case add:
      return Op::add;
    case subtract:
      return Op::sub;
    case multiply:
      return Op::mul;
    case divide:
      return Op::div;
    case power:
      return Op::pow;
    case max:
      return Op::max;
    case min:
      return Op::min;
    case less:
    case less_equal:
    case greater:
    case greater_equal:
    case equal:
    case not_equal:
    case where:
    case clamp:
      return std::nullopt;
  }
  RNNC_UNREACHABLE("a function of no kind");
}

// Comparisons with NaN are false, but for !=.
ValueId compare(Arrays& arrays, ElementFn fn, ValueId a, ValueId b) {
  auto less = [&](ValueId x, ValueId y) { return arrays.binary(Op::less, x, y); };
  ValueId same = arrays.binary(Op::equal, a, b);
  if (fn == ElementFn::equal) return same;
  if (fn == ElementFn::not_equal) return arrays.negated(same);
  const bool upwards = fn == ElementFn::less || fn == ElementFn::less_equal;
  ValueId strict = upwards ? less(a, b) : less(b, a);
  const bool or_equal = fn == ElementFn::less_equal || fn == ElementFn::greater_equal;
  return or_equal ? arrays.either(strict, same) : strict;
}

// a where p is not 0. What compares is not made a number first.
ValueId where(Arrays& arrays, ValueId p, ValueId a, ValueId b) {
  const ir::Function& code = arrays.build().function();
  const ir::Instr* made = code.producer(p);
  const bool truth =
      made && made->op == Op::cast && code.type(made->operands[0]).element == ir::Element::boolean;
  if (truth) return arrays.select(made->operands[0], a, b);
  return arrays.select(arrays.binary(Op::equal, p, 0.0), b, a);
}

}  // namespace

ValueId Instance::make(const node::Element& n, const sema::Node&) {
  std::vector<ValueId> values = at(n.operands);
  arrays().align(values);
  if (auto op = op_of(n.fn)) {
    return values.size() == 1 ? arrays().unary(*op, values[0]) : arrays().binary(*op, values[0], values[1]);
  }
  if (n.fn == ElementFn::where) return where(arrays(), values[0], values[1], values[2]);
  if (n.fn == ElementFn::clamp) {  // the value comes first: at its bounds the gradient is its
    return arrays().binary(Op::min, arrays().binary(Op::max, values[0], values[1]), values[2]);
  }
  return arrays().as_number(compare(arrays(), n.fn, values[0], values[1]));
}

}  // namespace rnnc::irgen
