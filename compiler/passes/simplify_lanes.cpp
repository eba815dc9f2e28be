// Rules of `simplify` for ops on elements.
#include <algorithm>

#include "compiler/passes/fold.h"
#include "compiler/passes/simplifier.h"

namespace rnnc::passes {

using ir::Family;
using ir::Instr;
using ir::Op;
using ir::Type;
using ir::ValueId;

ValueId Simplifier::folded(Op op, const Operands& operands, const Type& type) {
  std::vector<double> numbers;
  for (ValueId operand : operands) {
    std::optional<double> number = uniform(function(), operand);
    if (!number) return {};
    numbers.push_back(*number);
  }
  std::optional<double> number = fold(op, build_.type(operands[0]).element, type.element, numbers);
  return number ? build_.constant(*number, type) : ValueId{};
}

// op(broadcast a, broadcast b, constant) -> broadcast(op(a, b, constant))
ValueId Simplifier::before_broadcast(Op op, const Operands& operands, const Type& type) {
  const Type* narrow = nullptr;
  for (ValueId operand : operands) {
    ValueId a = repeated(operand);
    if (!a.valid() && uniform(function(), operand)) continue;
    if (!a.valid() || (narrow && build_.type(a).dims != narrow->dims)) return {};
    narrow = &build_.type(a);
  }
  if (!narrow || narrow->dims.size() == type.dims.size()) return {};
  const Type dims = *narrow;
  Operands inner;
  for (ValueId operand : operands) {
    ValueId a = repeated(operand);
    inner.push_back(a.valid() ? a
                              : build_.constant(*uniform(function(), operand),
                                                dims.with_element(build_.type(operand).element)));
  }
  ValueId once = make(op, inner, {}, dims.with_element(type.element));
  return make(Op::broadcast, {once}, {}, type);
}

ValueId Simplifier::unary(Op op, ValueId a, const Type& type) {
  if (op == Op::cast && build_.type(a) == type) return a;
  if (op == Op::neg) {
    if (ValueId x = operand_of(Op::neg, a); x.valid()) return x;
    if (const Instr* sub = made_by(Op::sub, a))
      return make(Op::sub, {sub->operands[1], sub->operands[0]}, {}, type);
  }
  if (op == Op::abs) {
    if (ValueId x = operand_of(Op::neg, a); x.valid()) return make(Op::abs, {x}, {}, type);
  }
  return op == Op::log ? log_of_ratio(a, type) : ValueId{};
}

ValueId Simplifier::log_of_ratio(ValueId a, const Type& type) {
  if (ValueId x = operand_of(Op::exp, a); x.valid()) return x;
  const Instr* ratio = made_by(Op::div, a);
  if (!ratio) return {};
  ValueId x = operand_of(Op::exp, ratio->operands[0]), y = ratio->operands[1];
  if (!x.valid()) return {};
  return make(Op::sub, {x, make(Op::log, {y}, {}, type)}, {}, type);
}

ValueId Simplifier::binary(Op op, ValueId a, ValueId b, const Type& type) {
  switch (op) {
    case Op::add:
      return add(a, b, type);
    case Op::sub:
      return sub(a, b, type);
    case Op::mul:
      return mul(a, b, type);
    case Op::div:
      return is(b, 1) ? a : ValueId{};
    case Op::pow:
      if (is(b, 1)) return a;
      return is(b, 2) ? make(Op::mul, {a, a}, {}, type) : ValueId{};
    case Op::max:
    case Op::min:
      return a == b ? a : ValueId{};
    default:
      return {};
  }
}

ValueId Simplifier::add(ValueId a, ValueId b, const Type& type) {
  if (is(a, 0)) return b;
  if (is(b, 0)) return a;
  if (ValueId x = operand_of(Op::neg, b); x.valid()) return make(Op::sub, {a, x}, {}, type);
  if (ValueId x = operand_of(Op::neg, a); x.valid()) return make(Op::sub, {b, x}, {}, type);
  return joined_pads(a, b, type);
}

ValueId Simplifier::sub(ValueId a, ValueId b, const Type& type) {
  if (is(b, 0)) return a;
  if (is(a, 0)) return make(Op::neg, {b}, {}, type);
  if (ValueId x = operand_of(Op::neg, b); x.valid()) return make(Op::add, {a, x}, {}, type);
  return {};
}

ValueId Simplifier::mul(ValueId a, ValueId b, const Type& type) {
  for (auto [x, y] : {std::pair(a, b), std::pair(b, a)}) {
    if (is(y, 1)) return x;
    if (is(y, -1)) return make(Op::neg, {x}, {}, type);
  }
  ValueId x = operand_of(Op::neg, a), y = operand_of(Op::neg, b);
  return x.valid() && y.valid() ? make(Op::mul, {x, y}, {}, type) : ValueId{};
}

ValueId Simplifier::select(const Operands& operands) {
  if (std::optional<double> condition = uniform(function(), operands[0]))
    return *condition != 0 ? operands[1] : operands[2];
  return operands[1] == operands[2] ? operands[1] : ValueId{};
}

}  // namespace rnnc::passes
