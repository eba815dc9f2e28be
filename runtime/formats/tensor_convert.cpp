// The elements of a tensor as another type.
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "runtime/formats/bytes.h"
#include "runtime/formats/tensor.h"
#include "runtime/formats/utf8.h"

namespace rnnc::formats {

namespace {

// IEEE binary16: sign, 5 bits of exponent, 10 of fraction.
struct Half {
  uint16_t bits;

  float widened() const {
    const float sign = (bits & 0x8000) != 0 ? -1.0f : 1.0f;
    const int exponent = bits >> 10 & 0x1F;
    const auto fraction = static_cast<float>(bits & 0x3FF);
    if (exponent == 0x1F) {
      return fraction != 0 ? std::numeric_limits<float>::quiet_NaN()
                           : sign * std::numeric_limits<float>::infinity();
    }
    if (exponent == 0) return sign * std::ldexp(fraction, -24);
    return sign * std::ldexp(1024.0f + fraction, exponent - 25);
  }
};

// The upper half of a binary32.
struct BFloat {
  uint16_t bits;
  float widened() const { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }
};

struct Truth {
  uint8_t byte;
  uint8_t widened() const { return byte != 0 ? 1 : 0; }
};

template <class T>
auto widened(T value) {
  if constexpr (std::is_class_v<T>) {
    return value.widened();
  } else {
    return value;
  }
}

// What keeps a value from being a To, or null.
template <class To, class From>
const char* obstacle(From value) {
  if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    if (!(value == std::trunc(value))) return "no whole number";
    // Both bounds of i32 are exact in double, and comparing there keeps f32 from rounding them.
    const auto wide = static_cast<double>(value);
    const bool fits = wide >= std::numeric_limits<To>::min() && wide <= std::numeric_limits<To>::max();
    return fits ? nullptr : "out of range";
  } else if constexpr (std::is_integral_v<To>) {
    return std::in_range<To>(value) ? nullptr : "out of range";
  } else if constexpr (std::is_same_v<To, float> && std::is_same_v<From, double>) {
    return std::isfinite(value) && std::isinf(static_cast<float>(value)) ? "too large" : nullptr;
  } else {
    return nullptr;
  }
}

std::string index_of(size_t element, const Shape& shape) {
  Shape index(shape.size());
  for (size_t axis = shape.size(); axis-- > 0;) {
    index[axis] = element % shape[axis];
    element /= shape[axis];
  }
  return to_string(index);
}

template <class From, class To>
Result<std::vector<To>> convert_elements(const Tensor& tensor) {
  std::vector<To> out(tensor.data.size() / sizeof(From));
  for (size_t i = 0; i < out.size(); ++i) {
    const auto value = widened(load<From>(tensor.data, i * sizeof(From)));
    if (const char* reason = obstacle<To>(value)) {
      return failure("tensor {} {} of {}: element {} is {}, {} for {}", quote(tensor.name),
                     to_string(tensor.shape), name_of(tensor.dtype), index_of(i, tensor.shape), value, reason,
                     name_of(kDTypeOf<To>));
    }
    out[i] = static_cast<To>(value);
  }
  return out;
}

template <class To>
Result<std::vector<To>> convert(const Tensor& tensor) {
  if (auto checked = check_tensor(tensor); !checked) return checked.error();
  switch (tensor.dtype) {
    case DType::kF64:
      return convert_elements<double, To>(tensor);
    case DType::kF32:
      return convert_elements<float, To>(tensor);
    case DType::kF16:
      return convert_elements<Half, To>(tensor);
    case DType::kBF16:
      return convert_elements<BFloat, To>(tensor);
    case DType::kI64:
      return convert_elements<int64_t, To>(tensor);
    case DType::kI32:
      return convert_elements<int32_t, To>(tensor);
    case DType::kI16:
      return convert_elements<int16_t, To>(tensor);
    case DType::kI8:
      return convert_elements<int8_t, To>(tensor);
    case DType::kU64:
      return convert_elements<uint64_t, To>(tensor);
    case DType::kU32:
      return convert_elements<uint32_t, To>(tensor);
    case DType::kU16:
      return convert_elements<uint16_t, To>(tensor);
    case DType::kU8:
      return convert_elements<uint8_t, To>(tensor);
    case DType::kBool:
      return convert_elements<Truth, To>(tensor);
  }
  return failure("tensor {} has no known dtype", quote(tensor.name));
}

}  // namespace

Result<std::vector<double>> to_f64(const Tensor& tensor) { return convert<double>(tensor); }
Result<std::vector<float>> to_f32(const Tensor& tensor) { return convert<float>(tensor); }
Result<std::vector<int32_t>> to_i32(const Tensor& tensor) { return convert<int32_t>(tensor); }

}  // namespace rnnc::formats
