// Builder: the ops that arrange, multiply, sum, index, and run along time.
#include <algorithm>

#include "compiler/ir/builder.h"
#include "compiler/support/check.h"

namespace rnnc::ir {

namespace {

std::vector<ValueId> joined(std::vector<ValueId> a, const std::vector<ValueId>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

ValueId Builder::contract(ValueId a, ValueId b, std::vector<DimId> over, Type type) {
  return append(Op::contract, {a, b}, OverAttr{std::move(over)}, std::move(type))[0];
}

ValueId Builder::contract(ValueId a, ValueId b, std::vector<DimId> over) {
  Type natural{Element::real, {}};
  for (ValueId operand : {a, b}) {
    for (DimId dim : type(operand).dims) {
      bool summed = in(over, dim);
      if (!summed && !natural.has(dim)) natural.dims.push_back(dim);
    }
  }
  return contract(a, b, std::move(over), std::move(natural));
}

ValueId Builder::reduce(Reduction reduction, ValueId a, std::vector<DimId> over) {
  return append(Op::reduce, {a}, ReduceAttr{reduction, std::move(over)})[0];
}

ValueId Builder::broadcast(ValueId a, Type wanted) {
  if (type(a) == wanted) return a;
  return append(Op::broadcast, {a}, {}, std::move(wanted))[0];
}

ValueId Builder::view(ValueId a, std::vector<DimId> dims) {
  Type wanted{type(a).element, std::move(dims)};
  if (type(a) == wanted) return a;
  return append(Op::view, {a}, {}, std::move(wanted))[0];
}

ValueId Builder::concat(const std::vector<ValueId>& parts, DimId along, std::vector<DimId> dims) {
  RNNC_CHECK(!parts.empty(), "concat of nothing");
  Type wanted{type(parts[0]).element, std::move(dims)};
  return append(Op::concat, parts, DimAttr{along}, std::move(wanted))[0];
}

ValueId Builder::slice(ValueId a, DimId from, DimId to, int64_t start) {
  return append(Op::slice, {a}, RangeAttr{from, to, start})[0];
}

ValueId Builder::pad(ValueId a, DimId from, DimId to, int64_t start) {
  return append(Op::pad, {a}, RangeAttr{from, to, start})[0];
}

ValueId Builder::gather(ValueId table, DimId dim, ValueId indices, std::vector<DimId> dims) {
  Type wanted{type(table).element, std::move(dims)};
  return append(Op::gather, {table, indices}, DimAttr{dim}, std::move(wanted))[0];
}

ValueId Builder::scatter_add(ValueId updates, ValueId indices, DimId dim, std::vector<DimId> dims) {
  Type wanted{type(updates).element, std::move(dims)};
  return append(Op::scatter_add, {updates, indices}, DimAttr{dim}, std::move(wanted))[0];
}

ValueId Builder::shift(ValueId a, DimId time, int by, const std::vector<ValueId>& before) {
  return append(Op::shift, joined({a}, before), ShiftAttr{time, by})[0];
}

ValueId Builder::flip(ValueId a, DimId time) { return append(Op::flip, {a}, FlipAttr{time})[0]; }

ValueId Builder::prefix(PrefixAttr how, const std::vector<ValueId>& operands) {
  return append(Op::prefix, operands, how)[0];
}

std::vector<ValueId> Builder::scan(ScanAttr how, const std::vector<ValueId>& each,
                                   const std::vector<ValueId>& with, const std::vector<ValueId>& first) {
  how.each = static_cast<uint32_t>(each.size());
  how.with = static_cast<uint32_t>(with.size());
  how.carries = static_cast<uint32_t>(first.size());
  return append(Op::scan, joined(joined(each, with), first), std::move(how));
}

}  // namespace rnnc::ir
