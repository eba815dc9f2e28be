// The rules of infer(), one function for each op or few ops alike. Internal to this folder.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "compiler/ir/infer.h"

namespace rnnc::ir {

// An instruction of which infer() has checked already: the number of operands where the op fixes it, that the
// attributes are of the op's kind, and that all dims exist and stand once in each type.
struct Query {
  const DimTable& dims;
  Op op;
  const std::vector<Type>& operands;
  const Attributes& attributes;
  const Type& wanted;

  std::string text(const Type& type) const { return to_text(type, dims); }
  const std::string& name(DimId dim) const { return dims[dim].name; }
  bool is(DimId dim, DimKind kind) const { return dims[dim].kind == kind; }
  bool has(const Type& type, DimKind kind) const;
  template <class Attr>
  const Attr& attribute() const {
    return std::get<Attr>(attributes);
  }
};

using Inferred = support::Result<std::vector<Type>>;

template <class... Parts>
support::Failure refuse(const Query& query, fmt::format_string<Parts...> format, Parts&&... parts) {
  return {fmt::format("{}: {}", info(query.op).text, fmt::format(format, std::forward<Parts>(parts)...))};
}

inline Inferred one(Type type) { return std::vector<Type>{std::move(type)}; }
inline bool is_number(Element element) { return element != Element::boolean; }
// Whether both hold the same dims, in any order.
bool same_dims(const std::vector<DimId>& a, const std::vector<DimId>& b);
// `over` of contract and reduce: no dim twice.
bool distinct(const std::vector<DimId>& dims);

Inferred infer_named(const Query& query);     // param input
Inferred infer_constant(const Query& query);  // const
Inferred infer_iota(const Query& query);
Inferred infer_random(const Query& query);
Inferred infer_unary(const Query& query);         // of a real
Inferred infer_number_unary(const Query& query);  // of a real or i32
Inferred infer_cast(const Query& query);
Inferred infer_detach(const Query& query);
Inferred infer_binary(const Query& query);         // of reals
Inferred infer_number_binary(const Query& query);  // of reals or i32
Inferred infer_less(const Query& query);
Inferred infer_equal(const Query& query);
Inferred infer_select(const Query& query);
Inferred infer_contract(const Query& query);
Inferred infer_reduce(const Query& query);
Inferred infer_broadcast(const Query& query);
Inferred infer_view(const Query& query);
Inferred infer_concat(const Query& query);
Inferred infer_range(const Query& query);  // slice pad
Inferred infer_gather(const Query& query);
Inferred infer_scatter_add(const Query& query);
Inferred infer_shift(const Query& query);
Inferred infer_flip(const Query& query);
Inferred infer_prefix(const Query& query);
Inferred infer_scan(const Query& query);

}  // namespace rnnc::ir
