// Rules of `simplify` for products, sums and arrangements.
#include <algorithm>

#include "compiler/passes/fold.h"
#include "compiler/passes/simplifier.h"

namespace rnnc::passes {

using ir::DimId;
using ir::Instr;
using ir::Op;
using ir::RangeAttr;
using ir::Type;
using ir::ValueId;

// A contract multiplies by name: it takes a factor as it is before it was repeated, if it does not sum over
// the repetition, and repeats the product where no other factor does.
ValueId Simplifier::contract(const Operands& operands, const ir::OverAttr& how, const Type& type) {
  Operands narrow;
  for (ValueId operand : operands) {
    ValueId a = repeated(operand);
    auto has = [&](DimId dim) { return build_.type(a).has(dim); };
    bool fits = a.valid() && std::all_of(how.over.begin(), how.over.end(), has);
    narrow.push_back(fits ? a : operand);
  }
  if (narrow == operands) return {};
  Type product = type;
  std::erase_if(product.dims, [&](DimId dim) {
    return !build_.type(narrow[0]).has(dim) && !build_.type(narrow[1]).has(dim);
  });
  ValueId once = make(Op::contract, narrow, how, product);
  return make(Op::broadcast, {once}, {}, type);
}

ValueId Simplifier::reduce(ValueId a, const ir::ReduceAttr& how) {
  if (how.over.empty()) return a;
  const Instr* inner = made_by(Op::reduce, a);
  if (!inner) return {};
  const auto& first = std::get<ir::ReduceAttr>(inner->attributes);
  // Not of extremes: where one of nothing is 0, that 0 would take part in the other.
  if (how.reduction != ir::Reduction::sum || first.reduction != ir::Reduction::sum) return {};
  std::vector<DimId> over = how.over;
  over.insert(over.end(), first.over.begin(), first.over.end());
  return build_.reduce(how.reduction, inner->operands[0], std::move(over));
}

ValueId Simplifier::arrange(Op op, const Operands& operands, const ir::Attributes& attributes,
                            const Type& type) {
  const ValueId a = operands[0];
  if (build_.type(a) == type && operands.size() == 1 && op != Op::slice && op != Op::pad) return a;
  const bool zero_elsewhere = op == Op::pad;
  std::optional<double> number = uniform(function(), a);
  auto same = [&](ValueId part) { return uniform(function(), part) == number; };
  if (number && (!zero_elsewhere || *number == 0) && std::all_of(operands.begin(), operands.end(), same))
    return build_.constant(*number, type);
  switch (op) {
    case Op::broadcast:
      if (ValueId x = operand_of(Op::broadcast, a); x.valid()) return make(op, {x}, {}, type);
      return {};
    case Op::view:
      if (ValueId x = operand_of(Op::view, a); x.valid()) return make(op, {x}, {}, type);
      return {};
    case Op::slice:
      return slice(a, std::get<RangeAttr>(attributes), type);
    default:
      return {};
  }
}

ValueId Simplifier::slice(ValueId a, const RangeAttr& range, const Type& type) {
  if (build_.type(a) == type) return a;
  if (ValueId x = operand_of(Op::broadcast, a); x.valid() && !build_.type(x).has(range.from))
    return make(Op::broadcast, {x}, {}, type);
  if (const Instr* inner = made_by(Op::slice, a)) {
    const auto& first = std::get<RangeAttr>(inner->attributes);
    if (first.to != range.from || build_.type(inner->operands[0]).has(range.to)) return {};
    return make(Op::slice, {inner->operands[0]}, RangeAttr{first.from, range.to, first.start + range.start},
                type);
  }
  if (const Instr* join = made_by(Op::concat, a)) return slice_of_join(*join, range);
  if (const Instr* pad = made_by(Op::pad, a)) return slice_of_pad(*pad, range, type);
  return {};
}

// A slice that lies within one part of a join.
ValueId Simplifier::slice_of_join(const Instr& join, const RangeAttr& range) {
  if (std::get<ir::DimAttr>(join.attributes).dim != range.from) return {};
  const auto position = static_cast<size_t>(build_.type(join.results[0]).position(range.from));
  int64_t start = range.start;
  for (ValueId part : join.operands) {
    const DimId own = build_.type(part).dims[position];
    const int64_t size = dims_[own].size;
    if (start < size) {
      bool within = start + dims_[range.to].size <= size;
      if (!within) return {};
      if (own == range.to) return part;
      if (build_.type(part).has(range.to)) return {};
      Type sliced = build_.type(part);
      sliced.dims[position] = range.to;
      return make(Op::slice, {part}, RangeAttr{own, range.to, start}, sliced);
    }
    start -= size;
  }
  return {};
}

// Of what was padded, or of the zeros around it.
ValueId Simplifier::slice_of_pad(const Instr& pad, const RangeAttr& range, const Type& type) {
  const auto& outer = std::get<RangeAttr>(pad.attributes);
  if (outer.to != range.from) return {};
  const int64_t begin = outer.start, end = begin + dims_[outer.from].size;
  const int64_t size = dims_[range.to].size;
  if (range.start + size <= begin || range.start >= end) return build_.constant(0, type);
  return range.start == begin && outer.from == range.to ? pad.operands[0] : ValueId{};
}

// A sum of pads that fill the dim side by side is the join of what was padded.
ValueId Simplifier::joined_pads(ValueId a, ValueId b, const Type& type) {
  if (!made_by(Op::pad, b)) return {};
  std::vector<const Instr*> pads;
  std::vector<ValueId> open = {a, b};
  while (!open.empty()) {
    const Instr* made = function().producer(open.back());
    open.pop_back();
    if (made && made->op == Op::add) {
      open.insert(open.end(), made->operands.begin(), made->operands.end());
    } else if (made && made->op == Op::pad) {
      pads.push_back(made);
    } else {
      return {};
    }
  }
  auto range = [](const Instr* pad) -> const RangeAttr& { return std::get<RangeAttr>(pad->attributes); };
  std::sort(pads.begin(), pads.end(),
            [&](const Instr* x, const Instr* y) { return range(x).start < range(y).start; });
  const DimId along = range(pads[0]).to;
  int64_t filled = 0;
  Operands parts;
  for (const Instr* pad : pads) {
    if (range(pad).to != along || range(pad).start != filled) return {};
    filled += dims_[range(pad).from].size;
    parts.push_back(pad->operands[0]);
  }
  return filled == dims_[along].size ? build_.concat(parts, along, type.dims) : ValueId{};
}

}  // namespace rnnc::passes
