// What text would cost without a memory: yardsticks for the loss of a language model.
#pragma once

#include <vector>

#include "runtime/train/dataset.h"

namespace rnnc::train {

// Nats a token of the sequences given, by their own counts (Shannon 1951): of a token alone, and of a token
// whose predecessor in the sequence is known, which no model that sees one token back can go below. -1, no
// token, is not counted.
struct TextEntropy {
  double unigram = 0;
  double bigram = 0;
};
// Of the column of tokens; `tokens` is the size of the vocabulary.
TextEntropy text_entropy(const Dataset& data, const std::vector<int64_t>& sequences, size_t column,
                         int64_t tokens);

}  // namespace rnnc::train
