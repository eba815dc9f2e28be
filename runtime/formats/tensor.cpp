#include "runtime/formats/tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "runtime/formats/utf8.h"

namespace rnnc::formats {

size_t size_of(DType dtype) {
  switch (dtype) {
    case DType::kF64:
    case DType::kI64:
    case DType::kU64:
      return 8;
    case DType::kF32:
    case DType::kI32:
    case DType::kU32:
      return 4;
    case DType::kF16:
    case DType::kBF16:
    case DType::kI16:
    case DType::kU16:
      return 2;
    case DType::kI8:
    case DType::kU8:
    case DType::kBool:
      return 1;
  }
  return 0;
}

std::string_view name_of(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return "f64";
    case DType::kF32:
      return "f32";
    case DType::kF16:
      return "f16";
    case DType::kBF16:
      return "bf16";
    case DType::kI64:
      return "i64";
    case DType::kI32:
      return "i32";
    case DType::kI16:
      return "i16";
    case DType::kI8:
      return "i8";
    case DType::kU64:
      return "u64";
    case DType::kU32:
      return "u32";
    case DType::kU16:
      return "u16";
    case DType::kU8:
      return "u8";
    case DType::kBool:
      return "bool";
  }
  return "";
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

std::optional<size_t> element_count(const Shape& shape) {
  // A zero anywhere makes the product zero, however large the others are.
  if (std::ranges::count(shape, 0u) > 0) return 0;
  size_t count = 1;
  for (const uint64_t size : shape) {
    if (__builtin_mul_overflow(count, size, &count)) return std::nullopt;
  }
  return count;
}

std::optional<size_t> byte_count(DType dtype, const Shape& shape) {
  const auto elements = element_count(shape);
  size_t bytes = 0;
  if (!elements || __builtin_mul_overflow(*elements, size_of(dtype), &bytes)) return std::nullopt;
  return bytes;
}

Status check_tensor(const Tensor& tensor) {
  if (tensor.shape.size() > kMaxRank) {
    return failure("tensor {} has {} dimensions; at most {} are supported", quote(tensor.name),
                   tensor.shape.size(), kMaxRank);
  }
  const auto bytes = byte_count(tensor.dtype, tensor.shape);
  if (!bytes || *bytes != tensor.data.size()) {
    return failure("tensor {} {} of {} does not fit its data of {} bytes", quote(tensor.name),
                   to_string(tensor.shape), name_of(tensor.dtype), tensor.data.size());
  }
  return ok();
}

const Tensor* find(std::span<const Tensor> tensors, std::string_view name) {
  const auto found = std::ranges::find(tensors, name, &Tensor::name);
  return found == tensors.end() ? nullptr : &*found;
}

}  // namespace rnnc::formats
