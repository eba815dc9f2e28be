// An n-dimensional array of numbers on the host, as files hold it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/formats/result.h"

namespace rnnc::formats {

enum class DType : uint8_t {
  kF64,
  kF32,
  kF16,
  kBF16,
  kI64,
  kI32,
  kI16,
  kI8,
  kU64,
  kU32,
  kU16,
  kU8,
  kBool,  // a byte; 0 is false
};

size_t size_of(DType dtype);
std::string_view name_of(DType dtype);  // "f32"

using Shape = std::vector<uint64_t>;  // [] is a scalar

// More dimensions than NumPy can hold are refused by every reader and writer.
inline constexpr size_t kMaxRank = 32;

std::string to_string(const Shape& shape);  // "[2, 3]"

// None where the product does not fit in size_t.
std::optional<size_t> element_count(const Shape& shape);
std::optional<size_t> byte_count(DType dtype, const Shape& shape);

struct Tensor {
  std::string name;
  DType dtype = DType::kF32;
  Shape shape;
  std::vector<std::byte> data;  // row-major, little-endian, byte_count(dtype, shape) bytes
};

// `data` has the size that dtype and shape ask for, and the rank is at most kMaxRank. Every writer asks
// first.
Status check_tensor(const Tensor& tensor);

const Tensor* find(std::span<const Tensor> tensors, std::string_view name);

// Elements in row-major order. Between floating-point types and from whole numbers to them the nearest value
// is taken. Fails, with the element's index and value, where a finite value is too large for f32, and for i32
// where it is not whole or out of range.
Result<std::vector<double>> to_f64(const Tensor& tensor);
Result<std::vector<float>> to_f32(const Tensor& tensor);
Result<std::vector<int32_t>> to_i32(const Tensor& tensor);

template <class T>
inline constexpr DType kDTypeOf = [] {
  static_assert(sizeof(T) == 0, "no dtype holds this type");
  return DType::kBool;
}();
template <>
inline constexpr DType kDTypeOf<double> = DType::kF64;
template <>
inline constexpr DType kDTypeOf<float> = DType::kF32;
template <>
inline constexpr DType kDTypeOf<int64_t> = DType::kI64;
template <>
inline constexpr DType kDTypeOf<int32_t> = DType::kI32;
template <>
inline constexpr DType kDTypeOf<int8_t> = DType::kI8;
template <>
inline constexpr DType kDTypeOf<uint64_t> = DType::kU64;
template <>
inline constexpr DType kDTypeOf<uint8_t> = DType::kU8;

// A tensor of the values' own type. Whoever uses it next checks that the shape has as many elements.
template <class T>
Tensor make_tensor(std::string name, Shape shape, std::span<const T> values) {
  Tensor tensor{std::move(name), kDTypeOf<T>, std::move(shape), {}};
  const auto bytes = std::as_bytes(values);
  tensor.data.assign(bytes.begin(), bytes.end());
  return tensor;
}
template <class T>
Tensor make_tensor(std::string name, Shape shape, const std::vector<T>& values) {
  return make_tensor(std::move(name), std::move(shape), std::span<const T>(values));
}

}  // namespace rnnc::formats
