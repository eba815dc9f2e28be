#include "compiler/driver/singular_value.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/support/check.h"

namespace rnnc::driver {

namespace {

using Vector = std::vector<double>;

constexpr double kTolerance = 1e-7;  // of an eigenvalue of AᵀA, a square

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// y -= scale x
void subtract(Vector& y, double scale, const Vector& x) {
  for (size_t i = 0; i < y.size(); ++i) y[i] -= scale * x[i];
}

void scale(Vector& y, double by) {
  for (double& element : y) element *= by;
}

class Matrix {
 public:
  Matrix(const Vector& elements, size_t columns) : elements_(elements), columns_(columns) {}

  // AᵀA x
  Vector squared_times(const Vector& x) const {
    Vector y(columns_, 0);
    for (size_t row = 0; row < elements_.size(); row += columns_) {
      const double* a = &elements_[row];
      double product = 0;
      for (size_t j = 0; j < columns_; ++j) product += a[j] * x[j];
      for (size_t j = 0; j < columns_; ++j) y[j] += a[j] * product;
    }
    return y;
  }

 private:
  const Vector& elements_;
  size_t columns_;
};

// The symmetric tridiagonal matrix with this diagonal, and `beside` it.
struct Tridiagonal {
  Vector diagonal, beside;  // beside[i] couples i and i + 1

  // Whether an eigenvalue is above x: whether not all pivots of T − x are negative.
  bool any_above(double x) const {
    double pivot = diagonal[0] - x;
    for (size_t i = 1; pivot < 0 && i < diagonal.size(); ++i)
      pivot = diagonal[i] - x - beside[i - 1] * beside[i - 1] / pivot;
    return pivot >= 0;
  }

  double largest() const {
    double low = *std::ranges::max_element(diagonal), high = low;
    for (size_t i = 0; i < diagonal.size(); ++i) {
      const double reach = (i > 0 ? beside[i - 1] : 0) + (i + 1 < diagonal.size() ? beside[i] : 0);
      high = std::max(high, diagonal[i] + reach);
    }
    while (high - low > 1e-15 * high) {
      const double middle = low + (high - low) / 2;
      if (middle <= low || middle >= high) break;
      (any_above(middle) ? low : high) = middle;
    }
    return high;
  }

  // Of the eigenvector to the largest eigenvalue, of length 1, the last element.
  double last_of_vector(double eigenvalue) const {
    double before = 0, now = 1, squares = 1;
    for (size_t i = 0; i + 1 < diagonal.size(); ++i) {
      const double next =
          ((eigenvalue - diagonal[i]) * now - (i > 0 ? beside[i - 1] * before : 0)) / beside[i];
      before = now;
      now = next;
      squares += now * now;
    }
    return std::abs(now) / std::sqrt(squares);
  }
};

// Of all directions a part, the same at each call.
Vector start(size_t size) {
  Vector vector(size);
  for (size_t i = 0; i < size; ++i) vector[i] = 1 + 0.5 * std::sin(1.7 * static_cast<double>(i * i + 1));
  return vector;
}

}  // namespace

double largest_singular_value(const Vector& matrix, size_t rows, size_t columns) {
  RNNC_CHECK(matrix.size() == rows * columns, "a matrix of another size");
  double most = 0;
  for (double element : matrix) {
    if (!std::isfinite(element)) return std::numeric_limits<double>::quiet_NaN();
    most = std::max(most, std::abs(element));
  }
  if (most == 0) return 0;
  Vector scaled = matrix;  // so that squares neither overflow nor vanish
  scale(scaled, 1 / most);
  const Matrix a(scaled, columns);
  std::vector<Vector> basis = {start(columns)};
  scale(basis[0], 1 / std::sqrt(dot(basis[0], basis[0])));
  Tridiagonal small;
  while (true) {
    Vector next = a.squared_times(basis.back());
    small.diagonal.push_back(dot(next, basis.back()));
    for (int twice = 0; twice < 2; ++twice) {  // rounding leaves something of the others the first time
      for (const Vector& known : basis) subtract(next, dot(next, known), known);
    }
    const double largest = small.largest();
    const double rest = std::sqrt(dot(next, next));
    const bool found = rest * small.last_of_vector(largest) <= kTolerance * largest;
    if (found || basis.size() == columns) return most * std::sqrt(largest);
    small.beside.push_back(rest);
    scale(next, 1 / rest);
    basis.push_back(std::move(next));
  }
}

}  // namespace rnnc::driver
