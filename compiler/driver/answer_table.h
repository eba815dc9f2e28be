// What a model answered: the tokens that it predicts, and all of it as columns of a table.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/driver/outcome.h"
#include "runtime/formats/csv.h"
#include "runtime/formats/tensor.h"
#include "runtime/formats/vocabulary.h"

namespace rnnc::driver {

// Of each sequence (of each sample: one).
using TokenRows = std::vector<std::vector<int32_t>>;

// Tokens [B, T] as far as the sequences go, tokens [B].
TokenRows rows_of_tokens(const formats::Tensor& tokens, const std::vector<int32_t>& lengths);
// The likeliest by logits [B, T, K] or [B, K]. Fails where one of a sequence is not a number.
Outcome<TokenRows> likeliest(const formats::Tensor& logits, const std::vector<int32_t>& lengths);

// Of a batch.
struct Answers {
  std::vector<formats::Tensor> arrays;  // outputs, predictions, targets that were fed back, states
  std::map<std::string, std::vector<int32_t>> lengths;  // of those that are sequences
};

class AnswerTable {
 public:
  AnswerTable(const Compiled& compiled, const formats::Vocabularies& vocabularies)
      : compiled_(compiled), vocabularies_(vocabularies) {}

  Outcome<> add(const Answers& answers);

  // Tokens under `<target>.predicted`, as texts where they have a vocabulary; single numbers under the name
  // of the output. Outputs that no target is compared with and that are sequences are left out.
  const std::vector<formats::TextColumn>& columns() const { return columns_; }
  const std::vector<std::string>& left_out() const { return left_out_; }

 private:
  Outcome<> add_tokens(const std::string& target, const TokenRows& rows);
  Outcome<> add_numbers(const formats::Tensor& answer);
  std::vector<std::string>& fields(const std::string& column);

  const Compiled& compiled_;
  const formats::Vocabularies& vocabularies_;
  std::vector<formats::TextColumn> columns_;
  std::vector<std::string> left_out_;
};

}  // namespace rnnc::driver
