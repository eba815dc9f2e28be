#include "compiler/ir/infer.h"

#include <algorithm>

#include "compiler/ir/infer_rules.h"

namespace rnnc::ir {

bool Query::has(const Type& type, DimKind kind) const {
  return std::any_of(type.dims.begin(), type.dims.end(), [&](DimId dim) { return is(dim, kind); });
}

bool same_dims(const std::vector<DimId>& a, const std::vector<DimId>& b) {
  return std::is_permutation(a.begin(), a.end(), b.begin(), b.end());
}

bool distinct(const std::vector<DimId>& dims) {
  std::vector<DimId> sorted = dims;
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
}

namespace {

template <class Attr>
bool holds(const Attributes& attributes) {
  return std::holds_alternative<Attr>(attributes);
}

bool has_its_attributes(Op op, const Attributes& attributes) {
  switch (op) {
    case Op::param:
    case Op::input:
      return holds<NameAttr>(attributes);
    case Op::constant:
      return holds<ConstAttr>(attributes);
    case Op::iota:
    case Op::concat:
    case Op::gather:
    case Op::scatter_add:
      return holds<DimAttr>(attributes);
    case Op::random:
      return holds<RandomAttr>(attributes);
    case Op::contract:
      return holds<OverAttr>(attributes);
    case Op::reduce:
      return holds<ReduceAttr>(attributes);
    case Op::slice:
    case Op::pad:
      return holds<RangeAttr>(attributes);
    case Op::shift:
      return holds<ShiftAttr>(attributes);
    case Op::flip:
      return holds<FlipAttr>(attributes);
    case Op::prefix:
      return holds<PrefixAttr>(attributes);
    case Op::scan:
      return holds<ScanAttr>(attributes);
    case Op::neg:
    case Op::abs:
    case Op::exp:
    case Op::log:
    case Op::sqrt:
    case Op::sigmoid:
    case Op::tanh:
    case Op::softplus:
    case Op::sin:
    case Op::cos:
    case Op::cast:
    case Op::detach:
    case Op::add:
    case Op::sub:
    case Op::mul:
    case Op::div:
    case Op::pow:
    case Op::max:
    case Op::min:
    case Op::less:
    case Op::equal:
    case Op::select:
    case Op::broadcast:
    case Op::view:
      return holds<std::monostate>(attributes);
  }
  return false;
}

// The dims that attributes name.
struct DimsOf {
  std::vector<DimId> operator()(const DimAttr& a) const { return {a.dim}; }
  std::vector<DimId> operator()(const OverAttr& a) const { return a.over; }
  std::vector<DimId> operator()(const ReduceAttr& a) const { return a.over; }
  std::vector<DimId> operator()(const RangeAttr& a) const { return {a.from, a.to}; }
  std::vector<DimId> operator()(const ShiftAttr& a) const { return {a.time}; }
  std::vector<DimId> operator()(const FlipAttr& a) const { return {a.time}; }
  std::vector<DimId> operator()(const PrefixAttr& a) const { return {a.time}; }
  std::vector<DimId> operator()(const ScanAttr& a) const { return {a.time}; }
  template <class Other>
  std::vector<DimId> operator()(const Other&) const {
    return {};
  }
};

support::Status check_dims(const Query& query, const std::vector<DimId>& dims) {
  for (DimId dim : dims) {
    if (dim.index >= query.dims.size()) return refuse(query, "names a dimension that does not exist");
    if (query.is(dim, DimKind::constant) && query.dims[dim].size < 1) {
      return refuse(query, "dimension {} has size {}", query.name(dim), query.dims[dim].size);
    }
  }
  return support::ok();
}

support::Status check_type(const Query& query, const Type& type) {
  if (support::Status status = check_dims(query, type.dims); !status) return status;
  if (!distinct(type.dims)) return refuse(query, "a dimension stands twice in {}", query.text(type));
  return support::ok();
}

support::Status check_result(const Query& query, const Type& type) {
  if (support::Status status = check_type(query, type); !status) return status;
  if (constant_elements(type, query.dims) == INT64_MAX) {
    return refuse(query, "{} is larger than any memory", query.text(type));
  }
  if (query.op != Op::iota && query.has(type, DimKind::time) && !query.has(type, DimKind::batch)) {
    return refuse(query, "{} has a time without the batch", query.text(type));
  }
  return support::ok();
}

support::Status check_query(const Query& query) {
  int operands = info(query.op).operands;
  if (operands >= 0 && query.operands.size() != static_cast<size_t>(operands)) {
    return refuse(query, "takes {} operands, not {}", operands, query.operands.size());
  }
  if (!has_its_attributes(query.op, query.attributes)) return refuse(query, "has attributes of another op");
  if (support::Status status = check_dims(query, std::visit(DimsOf{}, query.attributes)); !status)
    return status;
  for (const Type& operand : query.operands) {
    if (support::Status status = check_type(query, operand); !status) return status;
  }
  return check_type(query, query.wanted);
}

Inferred apply_rule(const Query& query) {
  switch (query.op) {
    case Op::param:
    case Op::input:
      return infer_named(query);
    case Op::constant:
      return infer_constant(query);
    case Op::iota:
      return infer_iota(query);
    case Op::random:
      return infer_random(query);
    case Op::neg:
    case Op::abs:
      return infer_number_unary(query);
    case Op::exp:
    case Op::log:
    case Op::sqrt:
    case Op::sigmoid:
    case Op::tanh:
    case Op::softplus:
    case Op::sin:
    case Op::cos:
      return infer_unary(query);
    case Op::cast:
      return infer_cast(query);
    case Op::detach:
      return infer_detach(query);
    case Op::add:
    case Op::sub:
    case Op::mul:
    case Op::max:
    case Op::min:
      return infer_number_binary(query);
    case Op::div:
    case Op::pow:
      return infer_binary(query);
    case Op::less:
      return infer_less(query);
    case Op::equal:
      return infer_equal(query);
    case Op::select:
      return infer_select(query);
    case Op::contract:
      return infer_contract(query);
    case Op::reduce:
      return infer_reduce(query);
    case Op::broadcast:
      return infer_broadcast(query);
    case Op::view:
      return infer_view(query);
    case Op::concat:
      return infer_concat(query);
    case Op::slice:
    case Op::pad:
      return infer_range(query);
    case Op::gather:
      return infer_gather(query);
    case Op::scatter_add:
      return infer_scatter_add(query);
    case Op::shift:
      return infer_shift(query);
    case Op::flip:
      return infer_flip(query);
    case Op::prefix:
      return infer_prefix(query);
    case Op::scan:
      return infer_scan(query);
  }
  RNNC_UNREACHABLE("an op that is not in the table");
}

}  // namespace

Inferred infer(const DimTable& dims, Op op, const std::vector<Type>& operands, const Attributes& attributes,
               const Type& wanted) {
  Query query{dims, op, operands, attributes, wanted};
  if (support::Status status = check_query(query); !status) return status.error();
  Inferred types = apply_rule(query);
  if (!types) return types;
  for (const Type& type : *types) {
    if (support::Status status = check_result(query, type); !status) return status.error();
  }
  return types;
}

}  // namespace rnnc::ir
