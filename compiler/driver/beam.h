// Beam search: of many ways that a sequence of tokens may go on, the most probable are followed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runtime/train/result.h"

namespace rnnc::driver {

// Some sequences, each followed on `width` rows that stand together. A row's score is the log-probability of
// all its tokens. A row that has ended keeps its score, and a sequence is settled once such a row is the
// best: no other can overtake it.
class Beam {
 public:
  Beam(size_t sequences, size_t width);

  // What a row goes on as: the row that it was, and its next token; none of a row that has ended.
  struct Way {
    size_t parent;
    std::optional<int32_t> token;
  };
  // One for each row, the best of a sequence first. `logits` are [rows, tokens], `runs` says which rows have
  // not ended. Fails where a logit is not a number.
  train::Result<std::vector<Way>> go_on(std::span<const double> logits, const std::vector<bool>& runs);

  double score(size_t row) const { return scores_[row]; }

 private:
  size_t width_;
  std::vector<double> scores_;  // -inf: a row that stands for nothing yet
};

}  // namespace rnnc::driver
