// A float for every element of every parameter, in one array: weights, gradients, and what an optimiser
// remembers of each. Loops over all of them are one loop.
#pragma once

#include <span>
#include <vector>

#include "runtime/core/aligned.h"
#include "runtime/train/model.h"

namespace rnnc::train {

class Arena {
 public:
  // Zeros. Every parameter starts at a multiple of RNNC_ALIGN; what lies between two is zero and stays so,
  // whatever an optimiser does.
  explicit Arena(std::span<const ParameterInfo> parameters);

  std::span<float> all() { return values_; }
  std::span<const float> all() const { return values_; }
  std::span<float> of(size_t parameter);
  std::span<const float> of(size_t parameter) const;

  // One pointer per parameter, as compiled code takes them.
  std::span<float* const> pointers() { return pointers_; }
  std::span<const float* const> pointers() const { return {pointers_.data(), pointers_.size()}; }

  // Without the gaps.
  size_t elements() const;

  Arena(Arena&&) = default;  // the pointers stay valid
  Arena& operator=(Arena&&) = default;

 private:
  struct Place {
    size_t offset, size;
  };
  core::AlignedVector<float> values_;
  std::vector<Place> places_;
  std::vector<float*> pointers_;
};

}  // namespace rnnc::train
