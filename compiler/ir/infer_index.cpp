#include <algorithm>

#include "compiler/ir/infer_rules.h"

namespace rnnc::ir {

namespace {

support::Status check_index(const Query& query) {
  if (query.operands[1].element != Element::i32) {
    return refuse(query, "indices {} are no i32", query.text(query.operands[1]));
  }
  DimId dim = query.attribute<DimAttr>().dim;
  if (query.is(dim, DimKind::batch))
    return refuse(query, "{} is the batch, which has no order", query.name(dim));
  return support::ok();
}

}  // namespace

Inferred infer_gather(const Query& query) {
  if (support::Status status = check_index(query); !status) return status.error();
  const Type& table = query.operands[0];
  const Type& indices = query.operands[1];
  DimId dim = query.attribute<DimAttr>().dim;
  if (!table.has(dim)) return refuse(query, "{} is no dimension of {}", query.name(dim), query.text(table));
  Type natural = table.without(dim);
  for (DimId index : indices.dims) {
    if (!natural.has(index)) natural.dims.push_back(index);
  }
  if (query.wanted.element != table.element || !same_dims(query.wanted.dims, natural.dims)) {
    return refuse(query, "gives the dims of {}, not {}", query.text(natural), query.text(query.wanted));
  }
  return one(query.wanted);
}

Inferred infer_scatter_add(const Query& query) {
  if (support::Status status = check_index(query); !status) return status.error();
  const Type& updates = query.operands[0];
  const Type& indices = query.operands[1];
  DimId dim = query.attribute<DimAttr>().dim;
  if (!is_number(updates.element) || query.wanted.element != updates.element) {
    return refuse(query, "of {} gives no {}", query.text(updates), query.text(query.wanted));
  }
  if (!query.wanted.has(dim)) {
    return refuse(query, "{} is no dimension of {}", query.name(dim), query.text(query.wanted));
  }
  auto in_updates = [&](DimId other) { return updates.has(other); };
  if (!std::all_of(indices.dims.begin(), indices.dims.end(), in_updates)) {
    return refuse(query, "{} has not all dims of the indices {}", query.text(updates), query.text(indices));
  }
  Type kept = query.wanted.without(dim);
  if (!std::all_of(kept.dims.begin(), kept.dims.end(), in_updates)) {
    return refuse(query, "{} has dims that {} has not", query.text(query.wanted), query.text(updates));
  }
  for (DimId other : updates.dims) {
    if (!kept.has(other) && !indices.has(other)) {
      return refuse(query, "{} leaves, which is no dim of the indices {}", query.name(other),
                    query.text(indices));
    }
  }
  return one(query.wanted);
}

}  // namespace rnnc::ir
