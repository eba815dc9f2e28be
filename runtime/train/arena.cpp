#include "runtime/train/arena.h"

namespace rnnc::train {

namespace {

constexpr size_t kStride = RNNC_ALIGN / sizeof(float);

}  // namespace

Arena::Arena(std::span<const ParameterInfo> parameters) {
  size_t offset = 0;
  for (const ParameterInfo& parameter : parameters) {
    size_t size = 1;
    for (const uint64_t extent : parameter.shape) size *= extent;
    places_.push_back({offset, size});
    offset += (size + kStride - 1) / kStride * kStride;
  }
  values_.assign(offset, 0.0f);
  for (const Place& place : places_) pointers_.push_back(values_.data() + place.offset);
}

std::span<float> Arena::of(size_t parameter) {
  const Place& place = places_[parameter];
  return all().subspan(place.offset, place.size);
}

std::span<const float> Arena::of(size_t parameter) const {
  const Place& place = places_[parameter];
  return all().subspan(place.offset, place.size);
}

size_t Arena::elements() const {
  size_t sum = 0;
  for (const Place& place : places_) sum += place.size;
  return sum;
}

}  // namespace rnnc::train
