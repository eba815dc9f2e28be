// Tables whose rows are samples, with sequences of tokens as texts.
#include "runtime/train/sample_table.h"

#include <gtest/gtest.h>

#include "tests/unit/formats/files.h"

namespace rnnc::train {
namespace {

using formats::contains;
using formats::message;
using formats::Table;
using formats::TextUnit;
using formats::Vocabularies;
using Ids = std::vector<int32_t>;
using Entries = std::vector<std::string>;

Table rows_table(std::string text) {
  auto read = Table::parse(std::move(text), formats::Separator::kTab, "f");
  return std::move(*read);
}

const std::vector<TokenColumn> kTranslation = {{"source", "S", true, false}, {"words", "V", true, true}};
Signature rows_signature() {
  Signature signature;
  signature.times = {"source", "words"};
  signature.arrays = {{"source", Element::kInt, false, 0, {}, 9}, {"words", Element::kInt, true, 1, {}, 9}};
  return signature;
}

TEST(SampleTable, SequencesHaveTheirVocabulariesAndTargetsEnd) {
  const Table table = rows_table("source\twords\nbab\tone two\nc\ttwo\n");
  ASSERT_TRUE(is_by_rows(table, kTranslation, {}, {}, false));
  const auto vocabularies = vocabularies_of_rows(table, kTranslation, {{"words", TextUnit::kWord}}, {});
  ASSERT_TRUE(vocabularies) << message(vocabularies);
  EXPECT_EQ(vocabularies->at("source").entries(), (Entries{"a", "b", "c"}));
  EXPECT_EQ(vocabularies->at("words").entries(), (Entries{"one", "two", "<end>"}));
  const auto arrays =
      arrays_of_samples(table, rows_signature(), kTranslation, *vocabularies, Reading::kEverything);
  ASSERT_TRUE(arrays) << message(arrays);
  EXPECT_EQ(*to_i32(*formats::find(*arrays, "source")), (Ids{1, 0, 1, 2, -1, -1}));
  EXPECT_EQ(*to_i32(*formats::find(*arrays, "words")), (Ids{0, 1, 2, 1, 2, -1}));
  EXPECT_EQ(*to_i32(*formats::find(*arrays, "lengths.source")), (Ids{3, 1}));
  EXPECT_EQ(*to_i32(*formats::find(*arrays, "lengths.words")), (Ids{3, 2}));
}

TEST(SampleTable, ColumnsOfOneSizeShareAVocabularyAndKeptOnesStay) {
  const Table table = rows_table("source\twords\nab\tbc\n");
  const std::vector<TokenColumn> same = {{"source", "V", true, false}, {"words", "V", true, true}};
  const auto shared = vocabularies_of_rows(table, same, {}, {});
  EXPECT_EQ(shared->at("source").entries(), (Entries{"a", "b", "c", "<end>"}));
  EXPECT_EQ(shared->at("words").entries(), shared->at("source").entries());
  const Vocabularies kept = {{"words", *formats::Vocabulary::make({"c", "b", "a"}, TextUnit::kCharacter)}};
  EXPECT_EQ(vocabularies_of_rows(table, same, {}, kept)->at("source").entries(), (Entries{"c", "b", "a"}));
  EXPECT_EQ(message(vocabularies_of_rows(table, same, {{"words", TextUnit::kWord}}, {})),
            "f: 'source' and 'words' share a vocabulary, but one is by character, the other by word");
}

TEST(SampleTable, SingleValuesAreNumbersOrNames) {
  Signature signature;
  signature.arrays = {{"image", Element::kReal, false, {}, {2}, 0},
                      {"label", Element::kInt, true, {}, {}, 3}};
  const std::vector<TokenColumn> label = {{"label", "K", false, false}};
  const Table table = rows_table("image.1\tlabel\timage.0\n2\trome\t1\n4\tnew york\t3\n");
  ASSERT_TRUE(is_by_rows(table, label, {}, {}, false));
  const auto vocabularies = vocabularies_of_rows(table, label, {}, {});
  EXPECT_EQ(vocabularies->at("label").entries(), (Entries{"new york", "rome"}));
  const auto arrays = arrays_of_samples(table, signature, label, *vocabularies, Reading::kEverything);
  ASSERT_TRUE(arrays) << message(arrays);
  EXPECT_EQ(*to_f64(*formats::find(*arrays, "image")), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(*to_i32(*formats::find(*arrays, "label")), (Ids{1, 0}));
  // Whole numbers are tokens already, and no row needs to be a sample for them.
  const Table numbers = rows_table("image.0\timage.1\tlabel\n1\t2\t0\n");
  EXPECT_FALSE(is_by_rows(numbers, label, {}, {}, false));
  EXPECT_TRUE(vocabularies_of_rows(numbers, label, {}, {})->empty());
}

TEST(SampleTable, FailuresNameColumnAndLine) {
  const auto complaint = [](std::string text, const Signature& signature) {
    const Table table = rows_table(std::move(text));
    const Vocabularies known = {{"source", *formats::Vocabulary::make({"a"}, TextUnit::kCharacter)},
                                {"words", *formats::Vocabulary::make({"a"}, TextUnit::kCharacter)}};
    return message(arrays_of_samples(table, signature, kTranslation, known, Reading::kEverything));
  };
  EXPECT_TRUE(contains(complaint("source\twords\na\ta\na\taab\n", rows_signature()),
                       "f:3, column 'words':1:3: 'b' (U+0062) is not in the vocabulary"));
  EXPECT_EQ(complaint("source\na\n", rows_signature()),
            "f: there is no column 'words'; the model wants the columns source, words");
  EXPECT_TRUE(contains(complaint("source\twords\tz\na\ta\ta\n", rows_signature()), "is called 'z'"));
  EXPECT_EQ(complaint("source\twords\n", rows_signature()), "f: has no row");
  Signature aligned = rows_signature();
  aligned.arrays[1].time = 0;
  EXPECT_EQ(complaint("source\twords\naa\ta\n", aligned),
            "f:2: 'words' has 1 steps, but 'source' has 2, and the model runs over both together");
  Signature numbers = rows_signature();
  numbers.arrays.push_back({"x", Element::kReal, false, 0, {}, 0});
  EXPECT_TRUE(contains(complaint("source\twords\tx\na\ta\t1\n", numbers), "'x' is a sequence of numbers"));
}

TEST(SampleTable, AQuestionIsOfInputsAloneAndMayBeAllDigits) {
  const Table table = rows_table("id\tsource\twords\n1\t12\tno such word\n");
  const Vocabularies known = {{"source", *formats::Vocabulary::make({"1", "2"}, TextUnit::kCharacter)}};
  ASSERT_TRUE(is_by_rows(table, kTranslation, {}, known, false));
  const auto arrays = arrays_of_samples(table, rows_signature(), kTranslation, known, Reading::kInputs);
  ASSERT_TRUE(arrays) << message(arrays);
  EXPECT_EQ(*to_i32(*formats::find(*arrays, "source")), (Ids{0, 1}));
  EXPECT_EQ(formats::find(*arrays, "words"), nullptr);
}

TEST(SampleTable, AnEmptyFieldOfASingleTokenIsNone) {
  Signature signature;
  signature.arrays = {{"label", Element::kInt, true, {}, {}, 2}};
  const std::vector<TokenColumn> label = {{"label", "K", false, false}};
  const Table table = rows_table("label\nyes\n\"\"\nno\n");
  const auto vocabularies = vocabularies_of_rows(table, label, {}, {});
  EXPECT_EQ(vocabularies->at("label").entries(), (Entries{"no", "yes"}));
  const auto arrays = arrays_of_samples(table, signature, label, *vocabularies, Reading::kEverything);
  EXPECT_EQ(*to_i32(*formats::find(*arrays, "label")), (Ids{1, -1, 0}));
}

TEST(SampleTable, AGroupHasOneVocabulary) {
  const Table table = rows_table("source\twords\na\ta\n");
  const std::vector<TokenColumn> same = {{"source", "V", true, false}, {"words", "V", true, true}};
  const Vocabularies two = {{"source", *formats::Vocabulary::make({"a"}, TextUnit::kCharacter)},
                            {"words", *formats::Vocabulary::make({"a", "b"}, TextUnit::kCharacter)}};
  EXPECT_EQ(message(vocabularies_of_rows(table, same, {}, two)),
            "f: columns of V share a vocabulary, but that of 'words' is another one");
}

}  // namespace
}  // namespace rnnc::train
