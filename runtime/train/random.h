// The generator of everything that a run draws outside the model: which sequences are held out, their order,
// and tokens. splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014); its
// whole state is one number.
#pragma once

#include <cstdint>

namespace rnnc::train {

inline uint64_t next_random(uint64_t& state) {
  state += 0x9E3779B97F4A7C15u;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

// Uniform in [0, limit), limit > 0.
inline uint64_t random_below(uint64_t& state, uint64_t limit) {
  const uint64_t surplus = (UINT64_MAX % limit + 1) % limit;  // 2^64 mod limit
  uint64_t drawn = next_random(state);
  while (drawn > UINT64_MAX - surplus) drawn = next_random(state);
  return drawn % limit;
}

}  // namespace rnnc::train
