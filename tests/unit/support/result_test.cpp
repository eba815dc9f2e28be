#include "compiler/support/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <unordered_set>

#include "compiler/support/id.h"

namespace rnnc::support {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Failure{"odd", {}};
  return number / 2;
}

TEST(Result, HoldsAValueOrWhyThereIsNone) {
  ASSERT_TRUE(half(4));
  EXPECT_EQ(*half(4), 2);
  ASSERT_FALSE(half(3));
  EXPECT_EQ(half(3).error().message, "odd");
}

TEST(Result, HandsOutWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 7);
}

TEST(ResultDeathTest, EndsTheProcessWhereTheValueIsMissing) {
  EXPECT_EXIT((void)*half(3), testing::ExitedWithCode(101), "internal error: value\\(\\) of a failed result");
  EXPECT_EXIT((void)half(4).error(), testing::ExitedWithCode(101),
              "error\\(\\) of a result that has a value");
}

TEST(Id, IsInvalidUntilSet) {
  using TestId = Id<struct TestTag>;
  EXPECT_FALSE(TestId{}.valid());
  EXPECT_TRUE(TestId{0}.valid());
  EXPECT_LT(TestId{1}, TestId{2});
  std::unordered_set<TestId> ids = {TestId{1}, TestId{1}, TestId{2}};
  EXPECT_EQ(ids.size(), 2u);
}

}  // namespace
}  // namespace rnnc::support
