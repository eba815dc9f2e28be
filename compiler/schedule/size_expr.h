// Sizes and offsets as polynomials in the symbols B, T, ...: the Plan is made once for all of their values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "compiler/ir/type.h"

namespace rnnc::schedule {

// A sum of terms `coefficient * symbols`. Symbols stand for numbers >= 1 where sizes are compared.
class SizeExpr {
 public:
  using Symbols = std::vector<ir::DimId>;  // sorted; a symbol may stand twice

  SizeExpr() = default;
  SizeExpr(int64_t constant);  // NOLINT: numbers are sizes
  static SizeExpr of(ir::DimId dim, const ir::DimTable& dims);

  const std::map<Symbols, int64_t>& terms() const { return terms_; }
  bool is_zero() const { return terms_.empty(); }
  bool is_constant() const { return terms_.empty() || (terms_.size() == 1 && terms_.begin()->first.empty()); }
  int64_t constant() const;  // only if is_constant()

  SizeExpr& operator+=(const SizeExpr& other);
  friend SizeExpr operator+(SizeExpr a, const SizeExpr& b) { return a += b; }
  friend SizeExpr operator*(const SizeExpr& a, const SizeExpr& b);
  friend bool operator==(const SizeExpr&, const SizeExpr&) = default;

  // Whether the terms are the same but for their coefficients; then larger() is the smallest bound of both.
  bool same_symbols(const SizeExpr& other) const;
  static SizeExpr larger(const SizeExpr& a, const SizeExpr& b);

  int64_t evaluate(const std::function<int64_t(ir::DimId)>& value) const;
  std::string to_text(const ir::DimTable& dims) const;  // "64*B*T + 16"

 private:
  void add(const Symbols& symbols, int64_t coefficient);
  std::map<Symbols, int64_t> terms_;
};

// The number of elements of an array over the dims.
SizeExpr elements_of(const std::vector<ir::DimId>& over, const ir::DimTable& dims);

}  // namespace rnnc::schedule
