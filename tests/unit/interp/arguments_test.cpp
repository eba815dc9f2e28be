// What a caller may get wrong is a failure, not a crash.
#include <gtest/gtest.h>

#include "tests/unit/interp/run.h"

namespace rnnc::interp {
namespace {

class ArgumentsTest : public ::testing::Test {
 protected:
  ArgumentsTest() {
    given.batch = 2;
    given.steps["T"] = 3;
    given.params["W"] = reals({2}, {1, 2});
    given.inputs = {{"x", reals({3, 2}, {1, 2, 3, 4, 5, 6})},
                    {"n", whole({2}, {1, 2})},
                    {"p", booleans({2}, {1, 0})},
                    {"lengths.T", whole({2}, {3, 1})}};
  }
  std::string failure() {
    auto results = interpret(module.forward, module.dims, given);
    return results ? "" : results.error().message;
  }
  ir::Module module = testing::forward_of("batch B time T time S dim H = 2", R"(
    %W = param W : f32[H] %x = input x : f32[T,B] %n = input n : i32[B] %p = input p : bool[B] return x = %x)");
  Arguments given;
};

TEST_F(ArgumentsTest, AreEnough) {
  EXPECT_EQ(failure(), "");
  given.inputs["more"] = reals({}, {1});
  EXPECT_EQ(failure(), "");
}

TEST_F(ArgumentsTest, AreMissing) {
  given.inputs.erase("n");
  EXPECT_EQ(failure(), "no argument for `n`");
  given.params.clear();
  EXPECT_EQ(failure(), "no argument for `W`");
}

TEST_F(ArgumentsTest, HaveAnotherShape) {
  given.inputs["x"].shape = {2, 3};
  EXPECT_EQ(failure(), "`x` has shape [2,3], not [3,2]");
  given.inputs["x"].shape = {3, 2};
  given.inputs["x"].values.pop_back();
  EXPECT_EQ(failure(), "`x` has 5 numbers, not 6");
}

TEST_F(ArgumentsTest, HaveAnotherElement) {
  given.inputs["n"].element = ir::Element::real;
  EXPECT_EQ(failure(), "`n` holds no i32");
}

TEST_F(ArgumentsTest, HoldWhatTheirElementCannot) {
  given.inputs["n"].values[0] = 0.5;
  EXPECT_EQ(failure(), "`n` holds no i32");
  given.inputs["n"].values[0] = 3e9;
  EXPECT_EQ(failure(), "`n` holds no i32");
  given.inputs["n"].values[0] = 1;
  given.inputs["p"].values[0] = 2;
  EXPECT_EQ(failure(), "`p` holds no bool");
}

TEST_F(ArgumentsTest, GiveNoSteps) {
  given.steps.clear();
  EXPECT_EQ(failure(), "no number of steps for T");
  given.steps["T"] = -1;
  EXPECT_EQ(failure(), "-1 steps for T");
}

TEST_F(ArgumentsTest, NeedNoStepsOfATimeThatIsNotUsed) {
  EXPECT_EQ(given.steps.count("S"), 0U);
  EXPECT_EQ(failure(), "");
}

TEST_F(ArgumentsTest, GiveLengthsThatDoNotFit) {
  given.inputs["lengths.T"].values = {4, 1};
  EXPECT_EQ(failure(), "lengths.T of sequence 0 is 4, not within 0 and 3");
  given.inputs["lengths.T"].values = {3, -1};
  EXPECT_EQ(failure(), "lengths.T of sequence 1 is -1, not within 0 and 3");
  given.inputs["lengths.T"].values = {3, 1.5};
  EXPECT_EQ(failure(), "lengths.T of sequence 1 is 1.5, not within 0 and 3");
  given.inputs["lengths.T"].values = {3};
  EXPECT_EQ(failure(), "lengths.T has 1 numbers for a batch of 2");
}

TEST_F(ArgumentsTest, NeedNoLengths) {
  given.inputs.erase("lengths.T");
  EXPECT_EQ(run(module, given)["x"].values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
}

TEST_F(ArgumentsTest, GiveKeysOfAnotherBatch) {
  given.keys.sequence = {1, 2, 3};
  EXPECT_EQ(failure(), "random keys of 3 sequences for a batch of 2");
}

TEST_F(ArgumentsTest, GiveANegativeBatch) {
  given.batch = -1;
  EXPECT_EQ(failure(), "a batch of -1");
}

TEST_F(ArgumentsTest, AskForMoreThanCanBeAddressed) {
  given.steps["T"] = INT64_MAX / 2;
  EXPECT_EQ(failure(), "f32[T,B] is too large");
}

TEST_F(ArgumentsTest, AskForMoreThanThereIs) {
#ifdef RNNC_SANITIZED
  GTEST_SKIP() << "the sanitizer ends the program instead";
#endif
  given.batch = int64_t{1} << 50;
  given.steps["T"] = 1;
  EXPECT_EQ(failure(), "not enough memory");
}

}  // namespace
}  // namespace rnnc::interp
