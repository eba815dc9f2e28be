#include "compiler/ir/infer_rules.h"

namespace rnnc::ir {

namespace {

support::Status check_counts(const Query& query, const ScanAttr& scan) {
  if (!scan.body) return refuse(query, "has no body");
  auto sum = [](uint32_t a, uint32_t b, uint32_t c) { return uint64_t{a} + b + c; };
  uint64_t operands = sum(scan.each, scan.with, scan.carries);
  if (query.operands.size() != operands || scan.body->parameters().size() != operands) {
    return refuse(query, "{} each, {} with and {} carries, but {} operands and {} parameters of the body",
                  scan.each, scan.with, scan.carries, query.operands.size(), scan.body->parameters().size());
  }
  if (scan.body->results().size() != sum(scan.outs, scan.carries, 0)) {
    return refuse(query, "{} outs and {} carries, but {} results of the body", scan.outs, scan.carries,
                  scan.body->results().size());
  }
  return support::ok();
}

// Parameter i of the body sees operand i: a slice of it, all of it, or its next value.
support::Status check_operand(const Query& query, const ScanAttr& scan, size_t i) {
  const Type& operand = query.operands[i];
  if (i < scan.each && !operand.has(scan.time)) {
    return refuse(query, "each {} has no {}", query.text(operand), query.name(scan.time));
  }
  if (i >= scan.each && operand.has(scan.time)) {
    return refuse(query, "{} has the time of the scan but is not among its each", query.text(operand));
  }
  const Type& parameter = scan.body->type(scan.body->parameters()[i]);
  if (parameter != operand.without(scan.time)) {
    return refuse(query, "the body takes {} for {}", query.text(parameter), query.text(operand));
  }
  return support::ok();
}

}  // namespace

Inferred infer_scan(const Query& query) {
  const ScanAttr& scan = query.attribute<ScanAttr>();
  if (!query.is(scan.time, DimKind::time)) return refuse(query, "{} is no time", query.name(scan.time));
  if (support::Status status = check_counts(query, scan); !status) return status.error();
  for (size_t i = 0; i < query.operands.size(); ++i) {
    if (support::Status status = check_operand(query, scan, i); !status) return status.error();
  }
  std::vector<Type> results;
  for (size_t i = 0; i < scan.body->results().size(); ++i) {
    const NamedResult& result = scan.body->results()[i];
    if (result.value.index >= scan.body->values().size()) return refuse(query, "its body yields no value");
    Type type = scan.body->type(result.value);
    if (i < scan.outs) {
      type.dims.insert(type.dims.begin(), scan.time);
    } else if (const Type& first = query.operands[scan.each + scan.with + i - scan.outs]; type != first) {
      return refuse(query, "carry {} begins as {} and goes on as {}", result.name, query.text(first),
                    query.text(type));
    }
    results.push_back(std::move(type));
  }
  return results;
}

}  // namespace rnnc::ir
