// Text, by byte or by character, as sequences of tokens.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/formats/vocabulary.h"
#include "runtime/train/dataset.h"
#include "runtime/train/settings.h"

namespace rnnc::train {

// The vocabulary is there before the model is, since its size is one of the model's.
struct Text {
  std::string name;  // what messages call it
  formats::Vocabulary vocabulary;
  std::vector<int32_t> tokens;
};

// The vocabulary is the file's own characters (bytes) unless one is given.
Result<Text> read_text_data(const std::string& path, formats::TextUnit unit,
                            const std::optional<formats::Vocabulary>& vocabulary = std::nullopt);

inline constexpr int64_t kTextSeqLength = 50;

// How long the sequences are that text is cut into: seq_length if it is set. Else 50 steps; with tbptt as
// many as leave one sequence for each row of a batch, since there its State lives on from window to window.
int64_t text_seq_length(const Settings& settings, int64_t tokens);

// The end of the text, `valid` of it, is held out, and each part is cut into sequences of equal length, of
// which the last may be shorter. Fails unless the model's only data is one sequence of tokens of the
// vocabulary's size, and unless there is enough text.
Result<Data> cut_text(const Text& text, const Signature& signature, const Settings& settings);

}  // namespace rnnc::train
