#include "compiler/sema/size.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

namespace rnnc::sema {

namespace {

// A pack is a name that no source can write.
constexpr std::string_view kPackMark = "...";

Rational normal(int64_t num, int64_t den) {
  if (den < 0) num = -num, den = -den;
  int64_t divisor = std::gcd(num, den);
  if (divisor == 0) return {0, 1};
  return {num / divisor, den / divisor};
}

Rational add(Rational a, Rational b) { return normal(a.num * b.den + b.num * a.den, a.den * b.den); }
Rational multiply(Rational a, Rational b) { return normal(a.num * b.num, a.den * b.den); }

Size::Monomial multiply(const Size::Monomial& a, const Size::Monomial& b, int sign = 1) {
  Size::Monomial result = a;
  for (const auto& [name, power] : b) {
    int total = (result[name] += sign * power);
    if (total == 0) result.erase(name);
  }
  return result;
}

std::string text_of(const Size::Monomial& monomial) {
  std::string above, below;
  for (const auto& [name, power] : monomial) {
    std::string& side = power > 0 ? above : below;
    for (int i = 0; i < std::abs(power); ++i) side += side.empty() ? name : "*" + name;
  }
  if (below.empty()) return above;
  return (above.empty() ? "1" : above) + "/" + below;
}

}  // namespace

Size::Size(int64_t number) {
  if (number != 0) terms_[{}] = {number, 1};
}

Size Size::name(const std::string& name) {
  Size result;
  result.terms_[{{name, 1}}] = {1, 1};
  return result;
}

Size Size::pack(const std::string& input) { return name(input + std::string(kPackMark)); }

std::optional<int64_t> Size::number() const {
  if (terms_.empty()) return 0;
  if (terms_.size() > 1 || !terms_.begin()->first.empty() || terms_.begin()->second.den != 1)
    return std::nullopt;
  return terms_.begin()->second.num;
}

std::optional<std::string> Size::single_name() const {
  if (terms_.size() != 1 || terms_.begin()->second != Rational{1, 1}) return std::nullopt;
  const Monomial& monomial = terms_.begin()->first;
  if (monomial.size() != 1 || monomial.begin()->second != 1 || is_pack()) return std::nullopt;
  return monomial.begin()->first;
}

bool Size::is_pack() const {
  if (terms_.size() != 1 || terms_.begin()->first.size() != 1) return false;
  return terms_.begin()->first.begin()->first.ends_with(kPackMark);
}

Size operator+(const Size& a, const Size& b) {
  Size result = a;
  for (const auto& [monomial, factor] : b.terms_) {
    Rational sum = add(result.terms_[monomial], factor);
    if (sum.num == 0) {
      result.terms_.erase(monomial);
    } else {
      result.terms_[monomial] = sum;
    }
  }
  return result;
}

Size operator-(const Size& a, const Size& b) { return a + Size(-1) * b; }

Size operator*(const Size& a, const Size& b) {
  Size result;
  for (const auto& [m1, f1] : a.terms_) {
    for (const auto& [m2, f2] : b.terms_) {
      Size term;
      term.terms_[multiply(m1, m2)] = multiply(f1, f2);
      result = result + term;
    }
  }
  return result;
}

std::optional<Size> Size::divide(const Size& a, const Size& b) {
  if (b.terms_.size() != 1) return std::nullopt;
  const auto& [monomial, factor] = *b.terms_.begin();
  Size result;
  for (const auto& [m, f] : a.terms_) {
    Size term;
    term.terms_[multiply(m, monomial, -1)] = multiply(f, normal(factor.den, factor.num));
    result = result + term;
  }
  return result;
}

Size Size::substitute(const std::map<std::string, Shape>& values) const {
  Size result;
  for (const auto& [monomial, factor] : terms_) {
    Size term;
    term.terms_[{}] = factor;
    for (const auto& [name, power] : monomial) {
      auto found = values.find(name);
      Size by = found == values.end() || found->second.size() != 1 ? Size::name(name) : found->second[0];
      for (int i = 0; i < std::abs(power); ++i) {
        if (power > 0) {
          term = term * by;
        } else if (auto quotient = divide(term, by)) {
          term = *quotient;
        }
      }
    }
    result = result + term;
  }
  return result;
}

std::optional<double> Size::evaluate_real(const std::map<std::string, int64_t>& values) const {
  double sum = 0;
  for (const auto& [monomial, factor] : terms_) {
    double term = static_cast<double>(factor.num) / static_cast<double>(factor.den);
    for (const auto& [name, power] : monomial) {
      auto found = values.find(name);
      if (found == values.end()) return std::nullopt;
      term *= std::pow(static_cast<double>(found->second), power);
    }
    sum += term;
  }
  return sum;
}

std::optional<int64_t> Size::evaluate(const std::map<std::string, int64_t>& values) const {
  Rational sum{0, 1};
  for (const auto& [monomial, factor] : terms_) {
    Rational term = factor;
    for (const auto& [name, power] : monomial) {
      auto found = values.find(name);
      if (found == values.end()) return std::nullopt;
      for (int i = 0; i < std::abs(power); ++i) {
        if (found->second == 0 && power < 0) return std::nullopt;
        if (std::abs(term.num) > INT64_MAX / 4 / std::max<int64_t>(1, std::abs(found->second)))
          return std::nullopt;
        term = multiply(term, power > 0 ? Rational{found->second, 1} : normal(1, found->second));
      }
    }
    sum = add(sum, term);
  }
  if (sum.den != 1) return std::nullopt;
  return sum.num;
}

std::vector<std::string> Size::names() const {
  std::vector<std::string> result;
  for (const auto& [monomial, factor] : terms_) {
    for (const auto& [name, power] : monomial) result.push_back(name);
  }
  return result;
}

std::string Size::text() const {
  if (terms_.empty()) return "0";
  std::string result;
  // Names before the number, as people write: H + 1.
  auto append = [&](const Monomial& monomial, Rational factor) {
    bool negative = factor.num < 0;
    if (!result.empty()) {
      result += negative ? " - " : " + ";
    } else if (negative) {
      result += "-";
    }
    std::string names = text_of(monomial);
    int64_t num = std::abs(factor.num);
    if (names.empty()) {
      result += fmt::format("{}", num);
    } else {
      result += num == 1 ? names : fmt::format("{}*{}", num, names);
    }
    if (factor.den != 1) result += fmt::format("/{}", factor.den);
  };
  for (const auto& [monomial, factor] : terms_) {
    if (!monomial.empty()) append(monomial, factor);
  }
  if (auto constant = terms_.find({}); constant != terms_.end()) append({}, constant->second);
  return result;
}

Size product(const Shape& shape) {
  Size result(1);
  for (const Size& size : shape) result = result * size;
  return result;
}

Shape substitute(const Shape& shape, const std::map<std::string, Shape>& values) {
  Shape result;
  for (const Size& size : shape) {
    if (size.is_pack()) {
      auto found = values.find(size.names().front());
      if (found != values.end()) {
        result.insert(result.end(), found->second.begin(), found->second.end());
        continue;
      }
    }
    result.push_back(size.substitute(values));
  }
  return result;
}

std::string text(const Shape& shape) {
  std::string result = "[";
  for (const Size& size : shape) {
    if (result.size() > 1) result += ", ";
    result += size.text();
  }
  return result + "]";
}

}  // namespace rnnc::sema
