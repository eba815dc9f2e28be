#include "compiler/ir/draw.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

namespace rnnc::ir {
namespace {

// The known answers of Random123 1.14, kat_vectors, philox4x32 10.
TEST(Draw, PhiloxGivesTheKnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, 0, 0), (Words4{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({~0U, ~0U, ~0U, ~0U}, ~0U, ~0U),
            (Words4{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0),
            (Words4{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// Emitted objects and checkpoints depend on these words: they may never change.
TEST(Draw, WordsAreFixedForEver) {
  Words4 row = row_key(site_key(1, 2, 3, DrawPer::step), 4, 5);
  EXPECT_EQ(draw_word(row, 0, 0), 0x25520f83);
  EXPECT_EQ(draw_word(row, 0, 1), 0xe53ad468);
  EXPECT_EQ(draw_word(row, 1000, 0), 0x8e2f8d1a);
}

TEST(Draw, EveryArgumentMatters) {
  std::vector<uint32_t> words;
  auto add = [&](const Words4& site, uint64_t sequence, uint64_t t, uint32_t element, int j) {
    words.push_back(draw_word(row_key(site, sequence, t), element, j));
  };
  uint64_t high = uint64_t{1} << 40;
  add(site_key(0, 0, 0, DrawPer::step), 0, 0, 0, 0);
  add(site_key(1, 0, 0, DrawPer::step), 0, 0, 0, 0);
  add(site_key(high, 0, 0, DrawPer::step), 0, 0, 0, 0);
  add(site_key(0, 1, 0, DrawPer::step), 0, 0, 0, 0);
  add(site_key(0, high, 0, DrawPer::step), 0, 0, 0, 0);
  add(site_key(0, 0, 1, DrawPer::step), 0, 0, 0, 0);
  add(site_key(0, 0, 0, DrawPer::sequence), 0, 0, 0, 0);
  add(site_key(0, 0, 0, DrawPer::step), 1, 0, 0, 0);
  add(site_key(0, 0, 0, DrawPer::step), high, 0, 0, 0);
  add(site_key(0, 0, 0, DrawPer::step), 0, 1, 0, 0);
  add(site_key(0, 0, 0, DrawPer::step), 0, high, 0, 0);
  add(site_key(0, 0, 0, DrawPer::step), 0, 0, 1, 0);
  add(site_key(0, 0, 0, DrawPer::step), 0, 0, 0, 1);
  for (size_t i = 0; i < words.size(); ++i) {
    for (size_t k = 0; k < i; ++k) EXPECT_NE(words[i], words[k]) << i << " and " << k;
  }
}

// Flipping one bit of the element flips each bit of the word half of the time. 5 standard deviations.
TEST(Draw, AnyBitOfTheElementReachesEveryBitOfTheWord) {
  constexpr int kTrials = 4000;
  for (int bit = 0; bit < 24; ++bit) {
    int flips[32] = {};
    for (uint32_t trial = 0; trial < kTrials; ++trial) {
      Words4 row = row_key(site_key(7, 0, 0, DrawPer::step), trial, 0);
      uint32_t changed = draw_word(row, 12345, 0) ^ draw_word(row, 12345U ^ (1U << bit), 0);
      for (int k = 8; k < 32; ++k) flips[k] += static_cast<int>(changed >> k & 1);
    }
    for (int k = 8; k < 32; ++k)
      EXPECT_NEAR(flips[k], kTrials / 2, 5 * std::sqrt(kTrials) / 2) << bit << " to " << k;
  }
}

// Neighbouring elements, steps and sequences: the counts of 256 values of the upper byte, and of pairs of
// neighbours. A chi-square of n degrees of freedom has mean n and deviation sqrt(2n).
TEST(Draw, NeighboursAreUniformAndIndependent) {
  Words4 site = site_key(42, 3, 9, DrawPer::step);
  std::vector<int> bytes(256), pairs(256);
  constexpr int kRows = 512, kElements = 512;
  for (uint64_t r = 0; r < kRows; ++r) {
    Words4 row = row_key(site, r % 16, r / 16), next = row_key(site, r % 16, r / 16 + 1);
    for (uint32_t e = 0; e < kElements; ++e) {
      uint32_t word = draw_word(row, e, 0);
      ++bytes[word >> 24];
      ++pairs[(word >> 28) << 4 | draw_word(e % 2 ? row : next, e % 2 ? e + 1 : e, 0) >> 28];
    }
  }
  for (const auto* counts : {&bytes, &pairs}) {
    double expected = kRows * kElements / 256.0, chi_square = 0;
    for (int count : *counts) chi_square += (count - expected) * (count - expected) / expected;
    EXPECT_NEAR(chi_square, 255, 5 * std::sqrt(2 * 255.0));
  }
}

}  // namespace
}  // namespace rnnc::ir
