#include <algorithm>

#include "compiler/ir/infer_rules.h"

namespace rnnc::ir {

Inferred infer_contract(const Query& query) {
  const Type& a = query.operands[0];
  const Type& b = query.operands[1];
  const std::vector<DimId>& over = query.attribute<OverAttr>().over;
  if (a.element != Element::real || b.element != Element::real) {
    return refuse(query, "of {} and {}, which are not both f32", query.text(a), query.text(b));
  }
  if (!distinct(over)) return refuse(query, "sums over a dimension twice");
  for (DimId dim : over) {
    if (!a.has(dim) || !b.has(dim)) {
      return refuse(query, "over {}, which {} and {} do not share", query.name(dim), query.text(a),
                    query.text(b));
    }
  }
  Type natural{Element::real, {}};
  for (const Type* operand : {&a, &b}) {
    for (DimId dim : operand->dims) {
      if (!in(over, dim) && !natural.has(dim)) natural.dims.push_back(dim);
    }
  }
  if (query.wanted.element != Element::real || !same_dims(query.wanted.dims, natural.dims)) {
    return refuse(query, "gives the dims of {}, not {}", query.text(natural), query.text(query.wanted));
  }
  return one(query.wanted);
}

Inferred infer_reduce(const Query& query) {
  const Type& a = query.operands[0];
  const std::vector<DimId>& over = query.attribute<ReduceAttr>().over;
  if (!is_number(a.element)) return refuse(query, "is not defined for {}", query.text(a));
  if (!distinct(over)) return refuse(query, "over a dimension twice");
  Type result = a;
  for (DimId dim : over) {
    if (!a.has(dim)) return refuse(query, "over {}, which {} does not have", query.name(dim), query.text(a));
    result = result.without(dim);
  }
  return one(result);
}

}  // namespace rnnc::ir
