// Random choices that are the same everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace rnnc::testing {

// Draws from a 64-bit engine without the standard distributions, whose numbers differ between libraries.
class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  size_t below(size_t count) { return static_cast<size_t>(engine_() % count); }
  bool chance(size_t percent) { return below(100) < percent; }
  double real() { return static_cast<double>(engine_() >> 11) * 0x1p-53 * 4 - 2; }
  template <class T>
  const T& of(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace rnnc::testing
