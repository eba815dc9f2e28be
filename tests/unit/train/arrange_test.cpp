#include "runtime/train/arrange.h"

#include <gtest/gtest.h>

#include <cstring>

#include "runtime/train/npz_data.h"
#include "runtime/train/step_table.h"
#include "tests/unit/formats/files.h"

namespace rnnc::train {
namespace {

using formats::contains;
using formats::make_tensor;
using formats::message;

// x: seq [2] in, who: [1] in, y: seq token[9] out
Signature arranged_signature(bool single_target = false) {
  Signature signature;
  signature.arrays = {{"x", Element::kReal, false, size_t{0}, {2}, 0},
                      {"who", Element::kReal, false, {}, {}, 0},
                      {"y", Element::kInt, true, size_t{0}, {}, 9}};
  if (single_target) signature.arrays[2].time.reset();
  signature.times = {"x"};
  return signature;
}

template <class T>
std::vector<T> values_of(const Dataset& data, size_t column) {
  std::vector<T> out(data.columns[column].values.size() / sizeof(T));
  std::memcpy(out.data(), data.columns[column].values.data(), data.columns[column].values.size());
  return out;
}

Dataset data_of(size_t sequences, size_t steps, std::vector<int64_t> lengths) {
  std::vector<float> x, who;
  std::vector<int64_t> y;
  for (size_t i = 0; i < sequences; ++i) {
    who.push_back(static_cast<float>(i));
    for (size_t t = 0; t < steps; ++t) {
      x.insert(x.end(), {static_cast<float>(10 * i + t), -static_cast<float>(10 * i + t)});
      y.push_back(static_cast<int64_t>(t));
    }
  }
  auto data =
      dataset_of({make_tensor("x", {sequences, steps, 2}, x), make_tensor("who", {sequences}, who),
                  make_tensor("y", {sequences, steps}, y), make_tensor("lengths", {sequences}, lengths)},
                 arranged_signature(), "f");
  EXPECT_TRUE(data) << message(data);
  return *data;
}

Settings settings_of(double valid, std::optional<int64_t> seq_length) {
  Settings settings;
  settings.valid = valid;
  settings.seq_length = seq_length;
  return settings;
}

TEST(Arrange, CutsWhatIsLonger) {
  const auto data = arrange(data_of(3, 5, {5, 2, 0}), arranged_signature(), settings_of(0, 2));
  ASSERT_TRUE(data) << message(data);
  EXPECT_EQ(data->all.lengths[0], (std::vector<int32_t>{2, 2, 1, 2, 0}));
  EXPECT_EQ(data->all.steps[0], 2);
  EXPECT_EQ(data->training, (std::vector<int64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(values_of<float>(data->all, 1), (std::vector<float>{0, 0, 0, 1, 2}));
  EXPECT_EQ(values_of<int32_t>(data->all, 2), (std::vector<int32_t>{0, 1, 2, 3, 4, 0, 0, 1, 0, 0}));
  const auto x = values_of<float>(data->all, 0);
  EXPECT_EQ(std::vector<float>(x.begin() + 8, x.begin() + 16),
            (std::vector<float>{4, -4, 0, 0, 10, -10, 11, -11}));
  EXPECT_TRUE(check(data->all, arranged_signature(), "f"));
}

TEST(Arrange, PiecesOfOneSequenceStayTogether) {
  const auto data =
      arrange(data_of(10, 4, std::vector<int64_t>(10, 4)), arranged_signature(), settings_of(0.2, 2));
  ASSERT_TRUE(data);
  EXPECT_EQ(data->training.size(), 16u);
  EXPECT_EQ(data->validation, (std::vector<int64_t>{16, 17, 18, 19}));
  const auto who = values_of<float>(data->all, 1);
  EXPECT_EQ(who[16], who[17]);
  EXPECT_EQ(who[18], who[19]);
  EXPECT_NE(who[17], who[18]);
}

TEST(Arrange, OfOneSequenceTheEndIsHeldOut) {
  const auto data = arrange(data_of(1, 9, {9}), arranged_signature(), settings_of(0.4, 2));
  ASSERT_TRUE(data);
  EXPECT_EQ(data->training, (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(data->validation, (std::vector<int64_t>{3, 4}));
  EXPECT_EQ(
      arrange(data_of(1, 9, {9}), arranged_signature(), settings_of(0.4, std::nullopt))->training.size(), 1u);
}

TEST(Arrange, RefusesToCutWhatIsWhole) {
  EXPECT_EQ(message(arrange(data_of(1, 9, {9}), arranged_signature(true), settings_of(0, 2))),
            "seq_length is set, but the target 'y' belongs to a whole sequence; leave it out");
  Signature two = arranged_signature();
  two.times.emplace_back("z");
  EXPECT_EQ(message(arrange(data_of(1, 9, {9}), two, settings_of(0, 2))),
            "seq_length is set, but the model runs over 2 times, and one can be cut; leave it out");
}

// ---------------------------------------------------------------- tables

Result<Dataset> table(std::string_view text, const Signature& signature) {
  const auto read = formats::Table::parse(std::string(text), formats::Separator::kComma, "f");
  if (!read) return read.error();
  auto arrays = arrays_of_steps(*read, signature);
  if (!arrays) return arrays.error();
  return dataset_of(std::move(*arrays), signature, "f");
}

TEST(Csv, RowsAreStepsAndIdsSequences) {
  const auto data = table(
      "sequence,x.1,x.0,who,y\n"
      "7,1,2,5,0\n"
      "7,3,4,5,-1\n"
      "2,5,6,4,8\n",
      arranged_signature());
  ASSERT_TRUE(data) << message(data);
  EXPECT_EQ(data->sequences, 2);
  EXPECT_EQ(data->lengths[0], (std::vector<int32_t>{2, 1}));
  EXPECT_EQ(values_of<float>(*data, 0), (std::vector<float>{2, 1, 4, 3, 6, 5, 0, 0}));
  EXPECT_EQ(values_of<float>(*data, 1), (std::vector<float>{5, 4}));
  EXPECT_EQ(values_of<int32_t>(*data, 2), (std::vector<int32_t>{0, -1, 8, 0}));
}

TEST(Csv, WithoutIdsItIsOneSequenceAndWithoutTimeRowsAreSamples) {
  const auto one = table("x.0,x.1,who,y\n1,2,3,4\n5,6,3,7\n", arranged_signature());
  ASSERT_TRUE(one) << message(one);
  EXPECT_EQ(one->lengths[0], std::vector<int32_t>{2});
  Signature samples;
  samples.arrays = {{"a", Element::kReal, false, {}, {}, 0}, {"label", Element::kInt, true, {}, {}, 3}};
  const auto rows = table("a,label\n1,2\n1,0\n", samples);
  ASSERT_TRUE(rows) << message(rows);
  EXPECT_EQ(rows->sequences, 2);
}

TEST(Csv, FailuresNameColumnAndLine) {
  const auto complaint = [](std::string_view text) { return message(table(text, arranged_signature())); };
  EXPECT_EQ(complaint("x.0,who,y\n1,2,3\n"),
            "f: there is no column 'x.1'; the model wants the columns x.0, x.1, who, y");
  Signature list = arranged_signature();
  list.arrays[0].shape = {1};
  EXPECT_EQ(message(table("x,who,y\n1,2,3\n", list)),
            "f: there is no column 'x.0'; rename 'x' to it, for it is a list of one number");
  EXPECT_EQ(complaint("x.0,x.1,who,y,z\n1,2,3,4,5\n"),
            "f: nothing in the model is called 'z'; it has the columns x.0, x.1, who, y. Rename it or leave "
            "it out");
  EXPECT_EQ(complaint("x.0,x.1,who,y\n1,2,3,4\n1,2,4,4\n"),
            "f:3: column 'who' changes within a sequence, but 'who' is one value for all of it");
  EXPECT_EQ(complaint("sequence,x.0,x.1,who,y\n1,1,1,1,1\n2,1,1,1,1\n1,1,1,1,1\n"),
            "f:4: sequence 1 goes on after another has begun; rows of one stand together");
  EXPECT_EQ(complaint("x.0,x.1,who,y\n"), "f: has no row");
  EXPECT_TRUE(
      contains(complaint("x.0,x.1,who,y\n1,2,3,9\n"), "has token 9 at sequence 0, step 0, outside [0, 9)"));
  EXPECT_TRUE(contains(complaint("x.0,x.1,who,y\n1,2,3,0.5\n"), "no whole number"));
  EXPECT_TRUE(
      contains(complaint("x.0,x.1,who,y\nnan,2,3,0\n"), "array 'x' is not a number at sequence 0, step 0"));
  Signature two = arranged_signature();
  two.times.emplace_back("z");
  EXPECT_EQ(message(table("x\n1\n", two)),
            "f: a table has one time, but the model runs over 2 ('x', 'z'); give it an .npz");
}

}  // namespace
}  // namespace rnnc::train
