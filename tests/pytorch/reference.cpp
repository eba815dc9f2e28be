#include "tests/pytorch/reference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace rnnc::pytorch {

using formats::Shape;
using formats::Tensor;

namespace {

double largest_of(const Numbers& numbers) {
  double largest = 0;
  for (double number : numbers) largest = std::max(largest, std::abs(number));
  return largest;
}

void expect_within(const Numbers& have, const Numbers& want, double bound, const std::string& what) {
  ASSERT_EQ(have.size(), want.size()) << what;
  double error = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    ASSERT_FALSE(std::isnan(have[i])) << what;
    error = std::max(error, std::abs(have[i] - want[i]));
  }
  EXPECT_LE(error, bound) << what;
}

}  // namespace

Numbers value(int seed, size_t count, double scale, size_t from) {
  Numbers values(count);
  for (size_t i = 0; i < count; ++i) {
    const double x = 0.6180339887498949 * static_cast<double>(from + i + 1) + 0.7548776662466927 * seed;
    values[i] = scale * (2 * (x - std::floor(x)) - 1);
  }
  return values;
}

size_t count(const Shape& shape) {
  size_t product = 1;
  for (uint64_t size : shape) product *= size;
  return product;
}

Tensor array(std::string name, int seed, const Shape& shape, double scale) {
  return formats::make_tensor(std::move(name), shape, value(seed, count(shape), scale));
}

std::map<std::string, int64_t> Reference::sizes() const {
  std::map<std::string, int64_t> all;
  for (const auto& [size, name] : {std::pair{"X", "inputs"}, {"H", "hidden"}, {"L", "layers"}}) {
    if (has(name)) all[size] = static_cast<int64_t>(number(name));
  }
  const std::string prefix = "size.";
  for (const Tensor& tensor : tensors_) {
    if (tensor.name.starts_with(prefix))
      all[tensor.name.substr(prefix.size())] = static_cast<int64_t>(number(tensor.name));
  }
  return all;
}

double Reference::scale() const {
  return has("scale") ? numbers("scale")[0] : 1.5 / std::sqrt(numbers("hidden")[0]);
}

double Reference::largest_gradient() const {
  double largest = 0;
  for (const Tensor& tensor : tensors_) {
    if (tensor.name.starts_with("grad.")) largest = std::max(largest, largest_of(numbers(tensor.name)));
  }
  return largest;
}

void expect_near(const Numbers& have, const Numbers& want, double tolerance, const std::string& what) {
  const double largest = largest_of(want);
  EXPECT_GT(largest, 0) << what;
  expect_within(have, want, tolerance * largest, what);
}

void expect_gradient(const Reference& reference, const std::string& name, const Tensor& tensor,
                     double tolerance) {
  const Numbers have = *formats::to_f64(tensor);
  if (reference.has(name)) {
    const double all = reference.largest_gradient(), own = largest_of(reference.numbers(name));
    const double measure = own < 1e-12 * all ? all : own;
    return expect_within(have, reference.numbers(name), tolerance * measure, name);
  }
  ASSERT_TRUE(reference.has(name + ".rows")) << name;
  const size_t rows = tensor.shape[0], columns = tensor.shape[1];
  const Numbers right = value(101, columns, 1), left = value(102, rows, 1);
  Numbers by_row(rows), by_column(columns);
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) {
      by_row[r] += have[r * columns + c] * right[c];
      by_column[c] += have[r * columns + c] * left[r];
    }
  }
  expect_near(by_row, reference.numbers(name + ".rows"), tolerance, name + ".rows");
  expect_near(by_column, reference.numbers(name + ".columns"), tolerance, name + ".columns");
}

void expect_zeros_past_ends(const Tensor& y, const Numbers& lengths) {
  const Numbers numbers = *formats::to_f64(y);
  const size_t steps = y.shape[1], width = numbers.size() / (lengths.size() * steps);
  for (size_t b = 0; b < lengths.size(); ++b) {
    const size_t end = (b * steps + static_cast<size_t>(lengths[b])) * width;
    for (size_t i = end; i < (b + 1) * steps * width; ++i)
      ASSERT_EQ(numbers[i], 0) << "sequence " << b << " past its end";
  }
}

}  // namespace rnnc::pytorch
