#include "compiler/schedule/size_expr.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/support/check.h"

namespace rnnc::schedule {

SizeExpr::SizeExpr(int64_t constant) { add({}, constant); }

SizeExpr SizeExpr::of(ir::DimId dim, const ir::DimTable& dims) {
  if (dims[dim].kind == ir::DimKind::constant) return SizeExpr(dims[dim].size);
  SizeExpr size;
  size.add({dim}, 1);
  return size;
}

int64_t SizeExpr::constant() const {
  RNNC_CHECK(is_constant(), "the size depends on B or a time");
  return terms_.empty() ? 0 : terms_.begin()->second;
}

void SizeExpr::add(const Symbols& symbols, int64_t coefficient) {
  if (coefficient == 0) return;
  auto [term, fresh] = terms_.try_emplace(symbols, coefficient);
  if (fresh) return;
  term->second += coefficient;
  if (term->second == 0) terms_.erase(term);
}

SizeExpr& SizeExpr::operator+=(const SizeExpr& other) {
  for (const auto& [symbols, coefficient] : other.terms_) add(symbols, coefficient);
  return *this;
}

SizeExpr operator*(const SizeExpr& a, const SizeExpr& b) {
  SizeExpr product;
  for (const auto& [a_symbols, a_coefficient] : a.terms_) {
    for (const auto& [b_symbols, b_coefficient] : b.terms_) {
      SizeExpr::Symbols symbols = a_symbols;
      symbols.insert(symbols.end(), b_symbols.begin(), b_symbols.end());
      std::sort(symbols.begin(), symbols.end());
      product.add(symbols, a_coefficient * b_coefficient);
    }
  }
  return product;
}

bool SizeExpr::same_symbols(const SizeExpr& other) const {
  auto same_term = [](const auto& a, const auto& b) { return a.first == b.first; };
  return std::equal(terms_.begin(), terms_.end(), other.terms_.begin(), other.terms_.end(), same_term);
}

SizeExpr SizeExpr::larger(const SizeExpr& a, const SizeExpr& b) {
  SizeExpr bound = a;
  for (const auto& [symbols, coefficient] : b.terms_) {
    int64_t& mine = bound.terms_[symbols];
    mine = std::max(mine, coefficient);
  }
  return bound;
}

int64_t SizeExpr::evaluate(const std::function<int64_t(ir::DimId)>& value) const {
  int64_t sum = 0;
  for (const auto& [symbols, coefficient] : terms_) {
    int64_t product = coefficient;
    for (ir::DimId symbol : symbols) product *= value(symbol);
    sum += product;
  }
  return sum;
}

std::string SizeExpr::to_text(const ir::DimTable& dims) const {
  if (terms_.empty()) return "0";
  std::string text;
  for (auto term = terms_.rbegin(); term != terms_.rend(); ++term) {
    if (!text.empty()) text += " + ";
    const auto& [symbols, coefficient] = *term;
    std::string product = coefficient == 1 && !symbols.empty() ? "" : fmt::format("{}", coefficient);
    for (ir::DimId symbol : symbols) product += (product.empty() ? "" : "*") + dims[symbol].name;
    text += product;
  }
  return text;
}

SizeExpr elements_of(const std::vector<ir::DimId>& over, const ir::DimTable& dims) {
  SizeExpr product = 1;
  for (ir::DimId dim : over) product = product * SizeExpr::of(dim, dims);
  return product;
}

}  // namespace rnnc::schedule
