#include <algorithm>

#include "compiler/ir/infer_rules.h"

namespace rnnc::ir {

namespace {

// Collects batch and times of a type, in order; false if a constant dim stands before one of them.
bool symbols_first(const Query& query, const Type& type, std::vector<DimId>& symbols) {
  bool seen_constant = false;
  for (DimId dim : type.dims) {
    if (query.is(dim, DimKind::constant)) {
      seen_constant = true;
    } else if (seen_constant) {
      return false;
    } else {
      symbols.push_back(dim);
    }
  }
  return true;
}

}  // namespace

Inferred infer_broadcast(const Query& query) {
  const Type& a = query.operands[0];
  bool fits = a.element == query.wanted.element &&
              std::all_of(a.dims.begin(), a.dims.end(), [&](DimId dim) { return query.wanted.has(dim); });
  if (!fits) return refuse(query, "{} does not fit into {}", query.text(a), query.text(query.wanted));
  return one(query.wanted);
}

Inferred infer_view(const Query& query) {
  const Type& a = query.operands[0];
  std::vector<DimId> before, after;
  bool ordered = symbols_first(query, a, before) && symbols_first(query, query.wanted, after);
  if (!ordered || before != after || a.element != query.wanted.element ||
      constant_elements(a, query.dims) != constant_elements(query.wanted, query.dims)) {
    return refuse(query, "{} has not the elements of {} in their order", query.text(a),
                  query.text(query.wanted));
  }
  return one(query.wanted);
}

Inferred infer_concat(const Query& query) {
  DimId along = query.attribute<DimAttr>().dim;
  const Type& whole = query.wanted;
  int place = whole.position(along);
  if (place < 0 || !query.is(along, DimKind::constant)) {
    return refuse(query, "{} is no constant dimension of {}", query.name(along), query.text(whole));
  }
  if (query.operands.empty()) return refuse(query, "of nothing");
  int64_t size = 0;
  for (const Type& part : query.operands) {
    Type filled = part;
    DimId own = filled.dims.size() == whole.dims.size() ? filled.dims[static_cast<size_t>(place)] : DimId{};
    if (own.valid()) filled.dims[static_cast<size_t>(place)] = along;
    if (filled != whole || !query.is(own, DimKind::constant)) {
      return refuse(query, "part {} does not fit into {} along {}", query.text(part), query.text(whole),
                    query.name(along));
    }
    if (__builtin_add_overflow(size, query.dims[own].size, &size)) size = INT64_MAX;
  }
  if (size != query.dims[along].size) {
    return refuse(query, "the parts do not add up to {} = {}", query.name(along), query.dims[along].size);
  }
  return one(whole);
}

// slice and pad: `narrow` must lie within `wide` from `start`.
Inferred infer_range(const Query& query) {
  const RangeAttr& range = query.attribute<RangeAttr>();
  const Type& a = query.operands[0];
  int place = a.position(range.from);
  if (place < 0) return refuse(query, "{} is no dimension of {}", query.name(range.from), query.text(a));
  if (!query.is(range.from, DimKind::constant) || !query.is(range.to, DimKind::constant)) {
    return refuse(query, "{} and {} are not both constant", query.name(range.from), query.name(range.to));
  }
  int64_t narrow = query.dims[query.op == Op::slice ? range.to : range.from].size;
  int64_t wide = query.dims[query.op == Op::slice ? range.from : range.to].size;
  if (range.start < 0 || narrow > wide || range.start > wide - narrow) {
    return refuse(query, "{} elements at {} of {}", narrow, range.start, wide);
  }
  Type result = a;
  result.dims[static_cast<size_t>(place)] = range.to;
  return one(result);
}

}  // namespace rnnc::ir
