// How good answers are: pooled over batches.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/driver/answer_table.h"

namespace rnnc::driver {

// Insertions, deletions and substitutions that make one of the other (Levenshtein).
int64_t edit_distance(const std::vector<int32_t>& a, const std::vector<int32_t>& b);

// Answers place by place, of equal lengths. Places whose token is not known (-1) do not count.
struct Accuracy {
  int64_t right = 0, counted = 0;    // tokens
  int64_t right_rows = 0, rows = 0;  // sequences without an error
  void add(const TokenRows& said, const TokenRows& truth);
};

// Sequences that end where they please.
struct ErrorRate {
  int64_t errors = 0, counted = 0;  // edits, tokens of the truth
  int64_t right_rows = 0, rows = 0;
  // `end` is no part of either.
  void add(const TokenRows& said, const TokenRows& truth, int32_t end);
};

}  // namespace rnnc::driver
