#include "compiler/ir/infer_rules.h"

namespace rnnc::ir {

namespace {

support::Failure wrong_element(const Query& query, const Type& type) {
  return refuse(query, "is not defined for {}", query.text(type));
}

support::Failure unequal(const Query& query, const Type& a, const Type& b) {
  return refuse(query, "operands of unequal types {} and {}", query.text(a), query.text(b));
}

// Two operands of one type whose element satisfies `allowed`.
support::Status check_pair(const Query& query, bool (*allowed)(Element)) {
  const Type& a = query.operands[0];
  if (a != query.operands[1]) return unequal(query, a, query.operands[1]);
  if (!allowed(a.element)) return wrong_element(query, a);
  return support::ok();
}

bool is_real(Element element) { return element == Element::real; }
bool is_any(Element) { return true; }

Inferred unary(const Query& query, bool (*allowed)(Element)) {
  const Type& a = query.operands[0];
  if (!allowed(a.element)) return wrong_element(query, a);
  return one(a);
}

Inferred binary(const Query& query, bool (*allowed)(Element)) {
  if (support::Status status = check_pair(query, allowed); !status) return status.error();
  return one(query.operands[0]);
}

Inferred compare(const Query& query, bool (*allowed)(Element)) {
  if (support::Status status = check_pair(query, allowed); !status) return status.error();
  return one(query.operands[0].with_element(Element::boolean));
}

}  // namespace

Inferred infer_unary(const Query& query) { return unary(query, is_real); }
Inferred infer_number_unary(const Query& query) { return unary(query, is_number); }
Inferred infer_detach(const Query& query) { return unary(query, is_any); }
Inferred infer_binary(const Query& query) { return binary(query, is_real); }
Inferred infer_number_binary(const Query& query) { return binary(query, is_number); }
Inferred infer_less(const Query& query) { return compare(query, is_number); }
Inferred infer_equal(const Query& query) { return compare(query, is_any); }

Inferred infer_cast(const Query& query) {
  const Type& a = query.operands[0];
  if (query.wanted.dims != a.dims) return refuse(query, "{} to {}", query.text(a), query.text(query.wanted));
  return one(query.wanted);
}

Inferred infer_select(const Query& query) {
  const Type& condition = query.operands[0];
  const Type& yes = query.operands[1];
  if (yes != query.operands[2]) return unequal(query, yes, query.operands[2]);
  if (condition != yes.with_element(Element::boolean)) {
    return refuse(query, "condition {} for values {}", query.text(condition), query.text(yes));
  }
  return one(yes);
}

}  // namespace rnnc::ir
