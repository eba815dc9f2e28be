// Sizes of dimensions: polynomials over names with rational coefficients, compared by their terms. `H + X`,
// `N * D / 4`.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rnnc::sema {

struct Rational {
  int64_t num = 0;
  int64_t den = 1;  // > 0, in lowest terms
  friend auto operator<=>(const Rational&, const Rational&) = default;
};

class Size;
// The dimensions of a value, outermost first; none: a scalar.
using Shape = std::vector<Size>;

class Size {
 public:
  // Name -> power (which may be negative: a quotient must come out whole once sizes are known).
  using Monomial = std::map<std::string, int>;

  Size() = default;  // 0
  explicit Size(int64_t number);
  static Size name(const std::string& name);
  // All dimensions of the bare input `input`, as one axis: what `input x` without a shape has. A list of any
  // length takes its place when the cell is used (substitute). Its name, as names() gives it, is "input...".
  static Size pack(const std::string& input);

  std::optional<int64_t> number() const;           // if it is one
  std::optional<std::string> single_name() const;  // if it is one plain name (no pack)
  bool is_pack() const;

  friend Size operator+(const Size& a, const Size& b);
  friend Size operator-(const Size& a, const Size& b);
  friend Size operator*(const Size& a, const Size& b);
  // Nothing if the divisor is no single term, or 0.
  static std::optional<Size> divide(const Size& a, const Size& b);
  // An order of no meaning, for maps; equality is that of polynomials.
  friend auto operator<=>(const Size&, const Size&) = default;

  // Every name replaced; names that are absent stay. Packs do not occur inside sums or products.
  Size substitute(const std::map<std::string, Shape>& values) const;
  // The number, or nothing if a name is absent or the result is not whole.
  std::optional<int64_t> evaluate(const std::map<std::string, int64_t>& values) const;
  // The same as a real number: where a size stands among values (√K), a quotient need not be whole.
  std::optional<double> evaluate_real(const std::map<std::string, int64_t>& values) const;
  std::vector<std::string> names() const;
  std::string text() const;  // "4*H + X"

 private:
  std::map<Monomial, Rational> terms_;
};

Size product(const Shape& shape);
// Sizes replaced, packs by the list that they stand for.
Shape substitute(const Shape& shape, const std::map<std::string, Shape>& values);
std::string text(const Shape& shape);  // "[H, X]"

}  // namespace rnnc::sema
