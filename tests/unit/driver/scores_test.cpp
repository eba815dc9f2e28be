#include "compiler/driver/scores.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rnnc::driver {
namespace {

TEST(Scores, EditDistanceCountsInsertionsDeletionsAndSubstitutions) {
  EXPECT_EQ(edit_distance({}, {}), 0);
  EXPECT_EQ(edit_distance({1, 2, 3}, {}), 3);
  EXPECT_EQ(edit_distance({}, {1, 2}), 2);
  EXPECT_EQ(edit_distance({1, 2, 3}, {1, 2, 3}), 0);
  EXPECT_EQ(edit_distance({11, 9, 20, 20, 5, 14}, {19, 9, 20, 20, 9, 14, 7}), 3);  // kitten, sitting
  EXPECT_EQ(edit_distance({1, 2, 3, 4}, {2, 3, 4, 5}), 2);
}

TEST(Scores, AccuracyLeavesOutWhatIsUnknown) {
  Accuracy accuracy;
  accuracy.add({{1, 2, 3}, {4, 4}, {7}}, {{1, -1, 0}, {4, 4}, {-1}});
  EXPECT_EQ(accuracy.right, 3);
  EXPECT_EQ(accuracy.counted, 4);
  EXPECT_EQ(accuracy.right_rows, 1);
  EXPECT_EQ(accuracy.rows, 2);
}

TEST(Scores, ErrorRateCountsNoEnd) {
  ErrorRate rate;
  rate.add({{1, 2, 9}, {3}}, {{1, 2, 9}, {3, 4, 9}}, 9);
  EXPECT_EQ(rate.errors, 1);
  EXPECT_EQ(rate.counted, 4);
  EXPECT_EQ(rate.right_rows, 1);
  EXPECT_EQ(rate.rows, 2);
}

TEST(AnswerTable, NoNumberIsNoAnswer) {
  const auto logits = formats::make_tensor("z", {1, 2}, std::vector<double>{0, NAN});
  EXPECT_EQ(likeliest(logits, {}).error().message, "`z` is not a number; the weights are damaged");
}

TEST(AnswerTable, TheLikeliestTokenOfEachPlace) {
  const auto logits =
      formats::make_tensor("z", {2, 2, 3}, std::vector<double>{0, 5, 1, 2, 1, 0, 1, 1, 1, 0, 0, 9});
  EXPECT_EQ(*likeliest(logits, {2, 1}), (TokenRows{{1, 0}, {0}}));
  const auto single = formats::make_tensor("z", {2, 2}, std::vector<double>{0, 5, 1, -1});
  EXPECT_EQ(*likeliest(single, {}), (TokenRows{{1}, {0}}));
}

}  // namespace
}  // namespace rnnc::driver
