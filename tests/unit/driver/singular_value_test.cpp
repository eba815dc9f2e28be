#include "compiler/driver/singular_value.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace rnnc::driver {
namespace {

using Matrix = std::vector<double>;

// Q diag(values) R with Q and R reflections, so that the singular values are known.
Matrix with_singular_values(const std::vector<double>& values, size_t rows, size_t columns, uint32_t seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal;
  auto unit = [&](size_t size) {
    std::vector<double> v(size);
    double squares = 0;
    for (double& element : v) squares += std::pow(element = normal(engine), 2);
    for (double& element : v) element /= std::sqrt(squares);
    return v;
  };
  const std::vector<double> q = unit(rows), r = unit(columns);
  Matrix matrix(rows * columns);
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < columns; ++j) {
      for (size_t k = 0; k < values.size(); ++k) {
        const double left = (i == k ? 1 : 0) - 2 * q[i] * q[k], right = (k == j ? 1 : 0) - 2 * r[k] * r[j];
        matrix[i * columns + j] += left * values[k] * right;
      }
    }
  }
  return matrix;
}

void expect_largest(const std::vector<double>& values, size_t rows, size_t columns) {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    const double expected = *std::max_element(values.begin(), values.end());
    const double found =
        largest_singular_value(with_singular_values(values, rows, columns, seed), rows, columns);
    EXPECT_NEAR(found, expected, 1e-6 * expected) << "seed " << seed;
  }
}

TEST(SingularValue, IsTheLargest) {
  expect_largest({3, 2, 1}, 3, 3);
  expect_largest({0.1, 7, 3}, 6, 4);
  expect_largest({1e-3, 5e-4}, 2, 9);
}

// What holds up plain power iteration.
TEST(SingularValue, OfNearlyEqualOnes) {
  std::vector<double> values(60);
  for (size_t i = 0; i < values.size(); ++i) values[i] = 1 - 1e-5 * static_cast<double>(i);
  expect_largest(values, 60, 60);
  for (size_t i = 1; i < values.size(); ++i) values[i] = 0.999;
  expect_largest(values, 60, 60);
}

TEST(SingularValue, OfTheIdentityAndOfNothing) {
  EXPECT_DOUBLE_EQ(largest_singular_value({1, 0, 0, 1}, 2, 2), 1);
  EXPECT_DOUBLE_EQ(largest_singular_value({0, 0, 0, 0}, 2, 2), 0);
  EXPECT_DOUBLE_EQ(largest_singular_value({-4}, 1, 1), 4);
}

// Squares of the elements leave the range of double.
TEST(SingularValue, OfAnySize) {
  EXPECT_NEAR(largest_singular_value({3e200, 0, 0, 2e200}, 2, 2), 3e200, 1e194);
  EXPECT_NEAR(largest_singular_value({3e-200, 0, 0, 2e-200}, 2, 2), 3e-200, 1e-206);
}

TEST(SingularValue, IsNoNumberWhereAnElementIsNone) {
  EXPECT_TRUE(std::isnan(largest_singular_value({1, 0, NAN, 1}, 2, 2)));
  EXPECT_TRUE(std::isnan(largest_singular_value({1, 0, INFINITY, 1}, 2, 2)));
}

}  // namespace
}  // namespace rnnc::driver
