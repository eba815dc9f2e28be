#include "compiler/ir/infer_rules.h"

namespace rnnc::ir {

namespace {

// The dim that the op runs along must be a time, and one of the value's.
support::Status check_time(const Query& query, DimId time, const Type& type) {
  if (!query.is(time, DimKind::time)) return refuse(query, "{} is no time", query.name(time));
  if (!type.has(time)) return refuse(query, "{} is no dimension of {}", query.name(time), query.text(type));
  return support::ok();
}

}  // namespace

Inferred infer_shift(const Query& query) {
  const ShiftAttr& shift = query.attribute<ShiftAttr>();
  if (query.operands.empty()) return refuse(query, "of nothing");
  if (shift.by == 0) return refuse(query, "by 0");
  const Type& a = query.operands[0];
  if (support::Status status = check_time(query, shift.time, a); !status) return status.error();
  size_t before = query.operands.size() - 1;
  if (before > 0 && (shift.by < 0 || before != static_cast<size_t>(shift.by))) {
    return refuse(query, "by {} with {} values before the start", shift.by, before);
  }
  for (size_t i = 1; i <= before; ++i) {
    if (query.operands[i] != a.without(shift.time)) {
      return refuse(query, "{} before the start of {}", query.text(query.operands[i]), query.text(a));
    }
  }
  return one(a);
}

Inferred infer_flip(const Query& query) {
  const Type& a = query.operands[0];
  if (support::Status status = check_time(query, query.attribute<FlipAttr>().time, a); !status)
    return status.error();
  return one(a);
}

Inferred infer_prefix(const Query& query) {
  const PrefixAttr& prefix = query.attribute<PrefixAttr>();
  bool affine = prefix.kind == PrefixKind::affine;
  size_t operands = affine ? 3 : 2;
  if (query.operands.size() != operands) {
    return refuse(query, "takes {} operands, not {}", operands, query.operands.size());
  }
  if (!affine && prefix.semiring != Semiring::plus_times)
    return refuse(query, "only affine is over a semiring");
  const Type& b = query.operands[operands - 2];
  const Type& first = query.operands[operands - 1];
  if (support::Status status = check_time(query, prefix.time, b); !status) return status.error();
  if (b.element != Element::real) return refuse(query, "is not defined for {}", query.text(b));
  if (affine && query.operands[0] != b) {
    return refuse(query, "operands of unequal types {} and {}", query.text(query.operands[0]), query.text(b));
  }
  if (first != b.without(prefix.time)) {
    return refuse(query, "first value {} for {}", query.text(first), query.text(b));
  }
  return one(b);
}

}  // namespace rnnc::ir
