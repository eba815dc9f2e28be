#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <set>

#include "runtime/formats/npz.h"
#include "runtime/train/npz_data.h"
#include "runtime/train/text_data.h"
#include "tests/unit/formats/files.h"
#include "tests/unit/train/models.h"

namespace rnnc::train {
namespace {

using formats::contains;
using formats::make_tensor;
using formats::message;
using formats::TemporaryFolder;
using formats::Tensor;
using formats::TextUnit;
using formats::Vocabulary;

std::vector<int32_t> tokens_of(const Dataset& data, size_t column = 0) {
  std::vector<int32_t> out(data.columns[column].values.size() / sizeof(int32_t));
  std::memcpy(out.data(), data.columns[column].values.data(), data.columns[column].values.size());
  return out;
}

// ---------------------------------------------------------------- text

Text text_of(const std::string& characters) {
  auto vocabulary = Vocabulary::of_text(characters, TextUnit::kCharacter, "f");
  auto tokens = vocabulary->encode(characters, "f");
  return {"f", std::move(*vocabulary), std::move(*tokens)};
}

Settings text_settings(double valid, std::optional<int64_t> seq_length) {
  Settings settings;
  settings.valid = valid;
  settings.seq_length = seq_length;
  return settings;
}

TEST(Text, IsReadByCharacterOrByte) {
  const TemporaryFolder folder;
  formats::spill(folder / "t", "aéa");
  const auto characters = read_text_data(folder / "t", TextUnit::kCharacter);
  ASSERT_TRUE(characters) << message(characters);
  EXPECT_EQ(characters->tokens, (std::vector<int32_t>{0, 1, 0}));
  const auto bytes = read_text_data(folder / "t", TextUnit::kByte);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->tokens, (std::vector<int32_t>{0, 2, 1, 0}));
  const auto known = Vocabulary::make({"é", "a"}, TextUnit::kCharacter);
  EXPECT_EQ(read_text_data(folder / "t", TextUnit::kCharacter, *known)->tokens,
            (std::vector<int32_t>{1, 0, 1}));
}

TEST(Text, FailuresSayWhere) {
  const TemporaryFolder folder;
  formats::spill(folder / "t", "ab\ncd");
  formats::spill(folder / "empty", "");
  formats::spill(folder / "latin", "ab\xE9");
  const auto known = Vocabulary::make({"a", "b", "\n", "c"}, TextUnit::kCharacter);
  EXPECT_TRUE(contains(message(read_text_data(folder / "t", TextUnit::kCharacter, *known)), "t:2:2: "));
  EXPECT_EQ(message(read_text_data(folder / "empty", TextUnit::kByte)),
            folder / "empty" + ": is empty; there is nothing to learn");
  EXPECT_TRUE(contains(message(read_text_data(folder / "latin", TextUnit::kCharacter)), "UTF-8"));
  EXPECT_TRUE(contains(message(read_text_data(folder / "none", TextUnit::kByte)), "none"));
}

TEST(Text, IsCutAndItsEndHeldOut) {
  const Bigram model(4);
  const Text text = text_of("abcdabcdabcdab");
  const auto data = cut_text(text, model.signature(), text_settings(0.3, 4));
  ASSERT_TRUE(data) << message(data);
  // 4 of 14 are held out.
  EXPECT_EQ(data->training, (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(data->validation, std::vector<int64_t>{3});
  EXPECT_EQ(data->all.lengths[0], (std::vector<int32_t>{4, 4, 2, 4}));
  const auto tokens = tokens_of(data->all);
  EXPECT_EQ(std::vector<int32_t>(tokens.begin(), tokens.begin() + 10),
            (std::vector<int32_t>{0, 1, 2, 3, 0, 1, 2, 3, 0, 1}));
  EXPECT_EQ(std::vector<int32_t>(tokens.begin() + 12, tokens.end()), (std::vector<int32_t>{2, 3, 0, 1}));
  EXPECT_TRUE(check(data->all, model.signature(), "f"));
}

TEST(Text, WithWindowsEachRowOfABatchIsAStream) {
  Settings settings;
  EXPECT_EQ(text_seq_length(settings, 1000), 50);
  settings.tbptt = 10;
  settings.batch = 4;
  EXPECT_EQ(text_seq_length(settings, 1000), 250);
  EXPECT_EQ(text_seq_length(settings, 1001), 251);
  EXPECT_EQ(text_seq_length(settings, 8), 10);
  settings.seq_length = 30;
  EXPECT_EQ(text_seq_length(settings, 1000), 30);
}

TEST(Text, FeedsOnlyModelsThatWantTokens) {
  const Text text = text_of("abcd");
  EXPECT_EQ(message(cut_text(text, TinyRnn().signature(), {})),
            "f: text feeds a model whose only data is one sequence of tokens (`target text: seq token[V]`), "
            "but this "
            "one has x, y; give it an .npz with these arrays");
  EXPECT_EQ(message(cut_text(text, Bigram(5).signature(), {})),
            "f: the vocabulary has 4 entries, but 'text' has tokens below 5");
  Settings settings;
  settings.burn_in = 4;
  EXPECT_EQ(message(cut_text(text, Bigram(4).signature(), settings)),
            "f: has 4 tokens to learn from, and burn_in leaves out 4");
}

// ---------------------------------------------------------------- npz

Signature signature_of(std::vector<ArrayInfo> arrays, std::vector<std::string> times) {
  Signature signature;
  signature.arrays = std::move(arrays);
  signature.times = std::move(times);
  return signature;
}

// x: seq [2], words: seq token[5], label: token[3]
Signature mixed() {
  return signature_of({{"x", Element::kReal, false, size_t{0}, {2}, 0},
                       {"words", Element::kInt, false, size_t{0}, {}, 5},
                       {"label", Element::kInt, true, {}, {}, 3}},
                      {"x"});
}

std::vector<Tensor> mixed_arrays() {
  return {make_tensor("x", {2, 3, 2}, std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}),
          make_tensor("words", {2, 3}, std::vector<int64_t>{0, 4, -1, 1, 1, 99}),
          make_tensor("label", {2}, std::vector<uint8_t>{2, 0}),
          make_tensor("lengths", {2}, std::vector<int64_t>{3, 2})};
}

std::string complaint(const std::vector<Tensor>& tensors, const Signature& signature = mixed()) {
  return message(dataset_of(tensors, signature, "f"));
}

TEST(Npz, ArraysOfAnyTypeGoWhereTheirNamesSay) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_npz(folder / "d.npz", mixed_arrays()));
  const auto data = read_npz_data(folder / "d.npz", mixed());
  ASSERT_TRUE(data) << message(data);
  EXPECT_EQ(data->sequences, 2);
  EXPECT_EQ(data->steps, std::vector<int64_t>{3});
  EXPECT_EQ(data->lengths[0], (std::vector<int32_t>{3, 2}));
  EXPECT_EQ(tokens_of(*data, 1), (std::vector<int32_t>{0, 4, -1, 1, 1, 99}));  // 99 lies past the end
  EXPECT_EQ(tokens_of(*data, 2), (std::vector<int32_t>{2, 0}));
  EXPECT_EQ(data->length_of(1), 2);
}

TEST(Npz, WithoutLengthsAllStepsCount) {
  auto arrays = mixed_arrays();
  arrays.pop_back();
  EXPECT_EQ(complaint(arrays),
            "f: array 'words' has token 99 at sequence 1, step 2, outside [0, 5) and not -1; "
            "its size is too small, or the data is wrong");
}

TEST(Npz, SeveralTimesHaveLengthsOfTheirOwn) {
  const Signature signature = signature_of({{"source", Element::kInt, false, size_t{0}, {}, 5},
                                            {"words", Element::kInt, true, size_t{1}, {}, 5},
                                            {"tags", Element::kInt, true, size_t{1}, {}, 5}},
                                           {"source", "words"});
  std::vector<Tensor> arrays = {make_tensor("source", {2, 3}, std::vector<int64_t>(6, 1)),
                                make_tensor("words", {2, 2}, std::vector<int64_t>(4, 1)),
                                make_tensor("tags", {2, 2}, std::vector<int64_t>(4, 1)),
                                make_tensor("lengths.source", {2}, std::vector<int64_t>{3, 0}),
                                make_tensor("lengths.tags", {2}, std::vector<int64_t>{1, 2})};
  const auto data = dataset_of(arrays, signature, "f");
  ASSERT_TRUE(data) << message(data);
  EXPECT_EQ(data->lengths[0], (std::vector<int32_t>{3, 0}));
  EXPECT_EQ(data->lengths[1], (std::vector<int32_t>{1, 2}));
  arrays[3].name = "lengths";
  EXPECT_TRUE(contains(complaint(arrays, signature),
                       "nothing in the model is called 'lengths'; it has source "
                       "[sequences, steps], words [sequences, steps], tags "
                       "[sequences, steps], lengths.source [sequences], "
                       "lengths.words [sequences]. Rename"));
}

TEST(Npz, WrongArraysAreNamedWithWhatIsWanted) {
  auto arrays = mixed_arrays();
  arrays[0].name = "X";
  EXPECT_EQ(complaint(arrays),
            "f: there is no array 'x'; the model wants x [sequences, steps, 2], words [sequences, "
            "steps], label [sequences], lengths [sequences]");
  arrays = mixed_arrays();
  arrays.push_back(make_tensor("length", {2}, std::vector<int64_t>{1, 1}));
  EXPECT_TRUE(contains(complaint(arrays), "nothing in the model is called 'length'"));
  arrays = mixed_arrays();
  arrays[0] = make_tensor("x", {2, 3, 3}, std::vector<float>(18));
  EXPECT_EQ(complaint(arrays), "f: array 'x' is [2, 3, 3], but the model wants [sequences, steps, 2]");
  arrays[0] = make_tensor("x", {2, 3}, std::vector<float>(6));
  EXPECT_EQ(complaint(arrays), "f: array 'x' is [2, 3], but the model wants [sequences, steps, 2]");
  arrays[0] = make_tensor("x", {3, 3, 2}, std::vector<float>(18));
  EXPECT_EQ(complaint(arrays), "f: array 'words' has 2 sequences, but 'x' has 3");
  arrays[0] = make_tensor("x", {2, 4, 2}, std::vector<float>(16));
  EXPECT_EQ(complaint(arrays),
            "f: array 'words' has 3 steps, but 'x' has 4, and the model runs over both together");
  arrays = mixed_arrays();
  arrays[2] = make_tensor("label", {2}, std::vector<float>{1, 0.5});
  EXPECT_TRUE(contains(complaint(arrays), "element [1] is 0.5, no whole number for i32"));
}

TEST(Npz, FailuresHaveACause) {
  const auto cause = [](const std::vector<Tensor>& tensors) {
    const auto data = dataset_of(tensors, mixed(), "f");
    return data ? Cause::kOther : data.error().cause;
  };
  auto arrays = mixed_arrays();
  arrays[0].name = "X";
  EXPECT_EQ(cause(arrays), Cause::kMissing);
  arrays = mixed_arrays();
  arrays.push_back(make_tensor("length", {2}, std::vector<int64_t>{1, 1}));
  EXPECT_EQ(cause(arrays), Cause::kUnknown);
  arrays = mixed_arrays();
  arrays[0] = make_tensor("x", {2, 3, 3}, std::vector<float>(18));
  EXPECT_EQ(cause(arrays), Cause::kShape);
  arrays = mixed_arrays();
  arrays[2] = make_tensor("label", {2}, std::vector<int64_t>{0, 3});
  EXPECT_EQ(cause(arrays), Cause::kValues);
  arrays[2] = make_tensor("label", {2}, std::vector<float>{1, 0.5});
  EXPECT_EQ(cause(arrays), Cause::kValues);
}

TEST(Npz, LengthsAreWithinTheSteps) {
  auto arrays = mixed_arrays();
  arrays[3] = make_tensor("lengths", {2}, std::vector<int64_t>{3, 4});
  EXPECT_EQ(complaint(arrays),
            "f: the length of sequence 1 is 4, but there are 3 steps ('x'); lengths are in [0, 3]");
  arrays[3] = make_tensor("lengths", {2}, std::vector<int64_t>{-1, 3});
  EXPECT_TRUE(contains(complaint(arrays), "the length of sequence 0 is -1"));
  arrays[3] = make_tensor("lengths", {3}, std::vector<int64_t>{1, 1, 1});
  EXPECT_EQ(complaint(arrays),
            "f: array 'lengths' is [3], but there are 2 sequences; it needs a number for each");
}

TEST(Npz, TokensAndNumbersAreWhatTheyShouldBe) {
  auto arrays = mixed_arrays();
  arrays[2] = make_tensor("label", {2}, std::vector<int64_t>{0, 3});
  EXPECT_TRUE(
      contains(complaint(arrays), "array 'label' has token 3 at sample 1, outside [0, 3) and not -1"));
  arrays[2] = make_tensor("label", {2}, std::vector<int64_t>{-1, -2});
  EXPECT_TRUE(contains(complaint(arrays), "has token -2 at sample 1"));
  arrays = mixed_arrays();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  // The third step of sequence 1 lies past its end.
  arrays[0] = make_tensor("x", {2, 3, 2}, std::vector<float>{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, nan, nan});
  EXPECT_EQ(complaint(arrays), "it succeeded");
  arrays[0] = make_tensor("x", {2, 3, 2}, std::vector<float>{1, 1, 1, 1, 1, 1, 1, 1, 1, INFINITY, 1, 1});
  EXPECT_EQ(complaint(arrays),
            "f: array 'x' is infinite at sequence 1, step 1; mend the data, or end the sequence "
            "before it by its length");
  arrays = mixed_arrays();
  for (Tensor& tensor : arrays) {
    tensor.shape[0] = 0;
    tensor.data.clear();
  }
  EXPECT_EQ(complaint(arrays), "f: holds no sequence");
}

// ---------------------------------------------------------------- order

TEST(Order, DependsOnSeedAndEpochAlone) {
  std::vector<int64_t> sequences(100);
  std::iota(sequences.begin(), sequences.end(), 0);
  const auto first = shuffled(sequences, 1, 0);
  EXPECT_EQ(first, shuffled(sequences, 1, 0));
  EXPECT_NE(first, shuffled(sequences, 1, 1));
  EXPECT_NE(first, shuffled(sequences, 2, 0));
  auto sorted = first;
  std::ranges::sort(sorted);
  EXPECT_EQ(sorted, sequences);
}

TEST(Order, EveryPlaceIsEquallyLikely) {
  std::vector<int> counts(5 * 5);
  for (uint64_t epoch = 0; epoch < 20'000; ++epoch) {
    const auto order = shuffled({0, 1, 2, 3, 4}, 9, epoch);
    for (size_t place = 0; place < 5; ++place) ++counts[place * 5 + static_cast<size_t>(order[place])];
  }
  for (const int count : counts) EXPECT_NEAR(count, 4000, 250);
}

TEST(Order, AShareIsHeldOut) {
  Dataset all;
  all.sequences = 40;
  const Data data = hold_out(all, 0.1, 3);
  EXPECT_EQ(data.training.size(), 36u);
  EXPECT_EQ(data.validation.size(), 4u);
  std::set<int64_t> both(data.training.begin(), data.training.end());
  both.insert(data.validation.begin(), data.validation.end());
  EXPECT_EQ(both.size(), 40u);
  EXPECT_EQ(hold_out(all, 0.1, 3).validation, data.validation);
  EXPECT_NE(hold_out(all, 0.1, 4).validation, data.validation);
  EXPECT_TRUE(hold_out(all, 0, 3).validation.empty());
  EXPECT_EQ(hold_out(all, 0.999, 3).training.size(), 1u);
}

TEST(Order, TheFingerprintSeesEveryByte) {
  const auto data = dataset_of(mixed_arrays(), mixed(), "f");
  const uint64_t before = fingerprint(*data);
  EXPECT_EQ(before, fingerprint(*data));
  for (size_t column = 0; column < 3; ++column) {
    for (size_t i = 0; i < data->columns[column].values.size(); ++i) {
      Dataset other = *data;
      other.columns[column].values[i] ^= std::byte{1};
      EXPECT_NE(fingerprint(other), before);
    }
  }
  Dataset other = *data;
  other.lengths[0][1] = 1;
  EXPECT_NE(fingerprint(other), before);
}

}  // namespace
}  // namespace rnnc::train
