#include "runtime/train/text_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "runtime/formats/byte_source.h"

namespace rnnc::train {

namespace {

Status check_signature(const Text& text, const Signature& signature) {
  if (signature.arrays.size() != 1 || signature.arrays[0].tokens == 0 || !signature.arrays[0].time) {
    std::string names;
    for (const ArrayInfo& array : signature.arrays) names += (names.empty() ? "" : ", ") + array.name;
    return failure(
        Cause::kMissing,
        "{}: text feeds a model whose only data is one sequence of tokens (`target text: seq token[V]`), but "
        "this one has {}; give it an .npz with these arrays",
        text.name, names.empty() ? "none" : names);
  }
  const ArrayInfo& array = signature.arrays[0];
  if (static_cast<size_t>(array.tokens) != text.vocabulary.size()) {
    return failure(Cause::kValues, "{}: the vocabulary has {} entries, but '{}' has tokens below {}",
                   text.name, text.vocabulary.size(), array.name, array.tokens);
  }
  return ok();
}

class Cutter {
 public:
  Cutter(const Text& text, int64_t length) : text_(text), length_(length) {
    data_.all.steps = {length};
    data_.all.lengths.resize(1);
    data_.all.columns.resize(1);
    data_.all.columns[0].item_bytes = sizeof(int32_t);
  }

  void cut(int64_t begin, int64_t end, std::vector<int64_t>& sequences) {
    for (; begin < end; begin += length_) {
      const int64_t length = std::min(length_, end - begin);
      sequences.push_back(data_.all.sequences++);
      data_.all.lengths[0].push_back(static_cast<int32_t>(length));
      auto& values = data_.all.columns[0].values;
      const size_t at = values.size();
      values.resize(at + static_cast<size_t>(length_) * sizeof(int32_t));
      std::memcpy(values.data() + at, text_.tokens.data() + begin,
                  static_cast<size_t>(length) * sizeof(int32_t));
    }
  }

  Data data_;

 private:
  const Text& text_;
  int64_t length_;
};

}  // namespace

Result<Text> read_text_data(const std::string& path, formats::TextUnit unit,
                            const std::optional<formats::Vocabulary>& vocabulary) {
  const auto contents = formats::read_text(path);
  if (!contents) return contents.error();
  if (contents->empty()) return failure("{}: is empty; there is nothing to learn", path);
  auto known = vocabulary ? Result<formats::Vocabulary>(*vocabulary)
                          : formats::Vocabulary::of_text(*contents, unit, path);
  if (!known) return known.error();
  auto tokens = known->encode(*contents, path);
  if (!tokens) return tokens.error();
  return Text{path, std::move(*known), std::move(*tokens)};
}

int64_t text_seq_length(const Settings& settings, int64_t tokens) {
  if (settings.seq_length) return *settings.seq_length;
  if (!settings.tbptt) return kTextSeqLength;
  return std::max((tokens + settings.batch - 1) / settings.batch, *settings.tbptt);
}

Result<Data> cut_text(const Text& text, const Signature& signature, const Settings& settings) {
  if (auto checked = check_signature(text, signature); !checked) return checked.error();
  const auto tokens = static_cast<int64_t>(text.tokens.size());
  const auto held = static_cast<int64_t>(std::floor(settings.valid * static_cast<double>(tokens)));
  const int64_t learnt = tokens - held;
  const int64_t length = text_seq_length(settings, learnt);
  if (length > std::numeric_limits<int32_t>::max()) {
    return failure("{}: sequences of {} tokens are too long; set seq_length", text.name, length);
  }
  if (learnt <= settings.burn_in) {
    return failure("{}: has {} tokens to learn from, and burn_in leaves out {}", text.name, learnt,
                   settings.burn_in);
  }
  Cutter cutter(text, std::min(length, learnt));
  cutter.cut(0, learnt, cutter.data_.training);
  cutter.cut(learnt, tokens, cutter.data_.validation);
  return std::move(cutter.data_);
}

}  // namespace rnnc::train
