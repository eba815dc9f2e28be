// The random numbers of the op `random`, a pure function of counters: semantics.md, "Draws". Emitted code
// computes the same words with the same operations on vectors of 32-bit integers.
//
// Philox: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. The multipliers
// of the element's hash are those of triple32 (C. Wellons, hash-prospector).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "compiler/ir/function.h"

namespace rnnc::ir {

using Words4 = std::array<uint32_t, 4>;

constexpr Words4 philox4x32(Words4 counter, uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    uint64_t p = uint64_t{0xD2511F53} * counter[0];
    uint64_t q = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(q >> 32) ^ counter[1] ^ key0, static_cast<uint32_t>(q),
               static_cast<uint32_t>(p >> 32) ^ counter[3] ^ key1, static_cast<uint32_t>(p)};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return counter;
}

constexpr Words4 words_of(uint64_t a, uint64_t b) {
  return {static_cast<uint32_t>(a), static_cast<uint32_t>(a >> 32), static_cast<uint32_t>(b),
          static_cast<uint32_t>(b >> 32)};
}

// The key of a `random` instruction in one call. `epoch`: of a draw per parameter the training step.
constexpr Words4 site_key(uint64_t seed, uint64_t epoch, uint32_t site, DrawPer per) {
  return philox4x32(words_of(seed, epoch), site, static_cast<uint32_t>(per));
}

// The key of all elements of one step of one sequence.
constexpr Words4 row_key(const Words4& site, uint64_t sequence, uint64_t t) {
  return philox4x32(words_of(sequence, t), site[0], site[1]);
}

// Word `j` (0 or 1) of an element.
constexpr uint32_t draw_word(const Words4& row, uint32_t element, int j) {
  uint32_t x = element + row[static_cast<size_t>(2 * j)];
  x ^= x >> 17;
  x *= 0xED5AD4BB;
  x += row[static_cast<size_t>(2 * j + 1)];
  x ^= x >> 11;
  x *= 0xAC4C1B51;
  x ^= x >> 15;
  x *= 0x31848BAB;
  return x ^ (x >> 14);
}

}  // namespace rnnc::ir
