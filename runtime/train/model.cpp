#include "runtime/train/model.h"

#include <algorithm>

namespace rnnc::train {

size_t size_of(Element element) { return formats::size_of(dtype_of(element)); }

formats::DType dtype_of(Element element) {
  switch (element) {
    case Element::kReal:
      return formats::DType::kF32;
    case Element::kInt:
      return formats::DType::kI32;
    case Element::kBool:
      return formats::DType::kBool;
  }
  return formats::DType::kF32;
}

double total(std::span<const LossSum> losses) {
  double sum = 0;
  for (const LossSum& line : losses) sum += line.sum / std::max(line.count, 1.0);
  return sum;
}

void pool(std::span<LossSum> into, std::span<const LossSum> more) {
  for (size_t line = 0; line < into.size(); ++line) {
    into[line].sum += more[line].sum;
    into[line].count += more[line].count;
  }
}

}  // namespace rnnc::train
