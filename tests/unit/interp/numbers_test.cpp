// The corners of arithmetic: infinities, NaN, ties, whole numbers that overflow.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/interp/run.h"

namespace rnnc::interp {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

// One op on a list of reals (or pairs of them).
std::vector<double> apply(const std::string& op, const std::vector<double>& a,
                          const std::vector<double>& b = {}, const std::string& element = "f32",
                          const std::string& result = "f32") {
  auto size = static_cast<int64_t>(a.size());
  auto array = [&](const std::vector<double>& values) {
    return element == "f32" ? reals({size}, values) : whole({size}, values);
  };
  Arguments given;
  given.inputs["a"] = array(a);
  std::string text = "%a = input a : " + element + "[N]\n";
  if (!b.empty()) {
    given.inputs["b"] = array(b);
    text += "%b = input b : " + element + "[N]\n";
  }
  text += "%r = " + op + " %a" + (b.empty() ? "" : ", %b") + " : " + result + "[N] return r = %r";
  return run("batch B dim N = " + std::to_string(size), text, given)["r"].values;
}

TEST(Numbers, SigmoidIsExactInBothTails) {
  expect_near(apply("sigmoid", {-1000, -745, -40, 40, 1000, kInf, -kInf, kNan}),
              {0, std::exp(-745.0), std::exp(-40.0), 1, 1, 1, 0, kNan}, 0);
  EXPECT_GT(apply("sigmoid", {-745})[0], 0);
}

TEST(Numbers, SoftplusIsExactInBothTails) {
  auto small = apply("softplus", {-40, -700});
  EXPECT_NEAR(small[0] / std::exp(-40.0), 1, 1e-15);
  EXPECT_NEAR(small[1] / std::exp(-700.0), 1, 1e-15);
  expect_near(apply("softplus", {1000, kInf, -kInf, kNan}), {1000, kInf, 0, kNan}, 0);
}

TEST(Numbers, NanWinsInMaxAndMin) {
  expect_near(apply("max", {kNan, 1, kNan}, {1, kNan, kNan}), {kNan, kNan, kNan});
  expect_near(apply("min", {kNan, -kInf}, {-kInf, kNan}), {kNan, kNan});
}

TEST(Numbers, TiesGoToTheFirst) {
  EXPECT_TRUE(std::signbit(apply("max", {-0.0}, {0.0})[0]));
  EXPECT_FALSE(std::signbit(apply("max", {0.0}, {-0.0})[0]));
  EXPECT_FALSE(std::signbit(apply("min", {0.0}, {-0.0})[0]));
}

TEST(Numbers, ComparisonsWithNanAreFalse) {
  EXPECT_EQ(apply("less", {kNan, 1}, {1, kNan}, "f32", "bool"), (std::vector<double>{0, 0}));
  EXPECT_EQ(apply("equal", {kNan, 0.0}, {kNan, -0.0}, "f32", "bool"), (std::vector<double>{0, 1}));
}

TEST(Numbers, ReductionsKeepNan) {
  Arguments given;
  given.inputs["a"] = reals({3}, {1, kNan, 5});
  auto results = run("batch B dim N = 3", R"(
    %a = input a : f32[N]
    %max = reduce max %a over {N} : f32[]
    %min = reduce min %a over {N} : f32[]
    return max = %max, min = %min)",
                     given);
  EXPECT_TRUE(std::isnan(results["max"].values[0]));
  EXPECT_TRUE(std::isnan(results["min"].values[0]));
}

TEST(Numbers, WholeNumbersWrapAround) {
  EXPECT_EQ(apply("add", {2147483647, -2147483648.0}, {1, -1}, "i32", "i32"),
            (std::vector<double>{-2147483648.0, 2147483647}));
  EXPECT_EQ(apply("mul", {65536, 2147483647}, {65536, 2147483647}, "i32", "i32"),
            (std::vector<double>{0, 1}));
  EXPECT_EQ(apply("sub", {-2147483648.0}, {1}, "i32", "i32"), (std::vector<double>{2147483647}));
  EXPECT_EQ(apply("neg", {-2147483648.0}, {}, "i32", "i32"), (std::vector<double>{-2147483648.0}));
  EXPECT_EQ(apply("abs", {-2147483648.0}, {}, "i32", "i32"), (std::vector<double>{-2147483648.0}));
}

TEST(Numbers, CastsToWholeNumbersStayInRange) {
  auto values = apply("cast", {1.9, -1.9, -0.5, 3e9, -3e9, kInf, kNan}, {}, "f32", "i32");
  EXPECT_EQ(values, (std::vector<double>{1, -1, 0, 2147483647, -2147483648.0, 2147483647, 0}));
  EXPECT_FALSE(std::signbit(values[2]));
}

TEST(Numbers, CastsToBooleanAskForZero) {
  EXPECT_EQ(apply("cast", {0.0, -0.0, 0.25, kNan}, {}, "f32", "bool"), (std::vector<double>{0, 0, 1, 1}));
}

TEST(Numbers, SelectDoesNotTouchTheSideNotTaken) {
  Arguments given;
  given.inputs = {{"p", booleans({2}, {1, 0})}, {"a", reals({2}, {1, kNan})}, {"b", reals({2}, {kInf, 2})}};
  auto results = run("batch B dim N = 2", R"(
    %p = input p : bool[N] %a = input a : f32[N] %b = input b : f32[N]
    %r = select %p, %a, %b : f32[N] return r = %r)",
                     given);
  EXPECT_EQ(results["r"].values, (std::vector<double>{1, 2}));
}

// The stabiliser of an exponential gate begins at −∞ and must not make NaN.
TEST(Numbers, AFirstValueOfMinusInfinityIsOrdinary) {
  Arguments given;
  given.steps["T"] = 2;
  given.inputs = {{"f", reals({2, 1}, {-1, -2})}, {"i", reals({2, 1}, {3, 0.5})}};
  auto results = run("batch B time T", R"(
    %f = input f : f32[T,B] %i = input i : f32[T,B] %first = const -inf : f32[B]
    %m = prefix affine max_plus forward %f, %i, %first along T : f32[T,B] return m = %m)",
                     given);
  EXPECT_EQ(results["m"].values, (std::vector<double>{3, 1}));
}

// Row-major from the first: (1e16 + 1) + -1e16 is 0, in another order 1.
TEST(Numbers, SumsGoInRowMajorOrder) {
  Arguments given;
  given.inputs["a"] = reals({3, 2}, {1e16, 1e16, 1, -1e16, -1e16, 1});
  given.inputs["one"] = reals({3, 2}, {1, 1, 1, 1, 1, 1});
  auto results = run("batch B dim N = 3 dim K = 2", R"(
    %a = input a : f32[N,K] %one = input one : f32[N,K]
    %r = reduce sum %a over {N} : f32[K]
    %c = contract %a, %one over {N} : f32[K]
    %d = contract %one, %a over {K,N} : f32[]
    return r = %r, c = %c, d = %d)",
                     given);
  EXPECT_EQ(results["r"].values, (std::vector<double>{0, 1}));
  EXPECT_EQ(results["c"].values, (std::vector<double>{0, 1}));
  EXPECT_EQ(results["d"].values, (std::vector<double>{1}));
}

}  // namespace
}  // namespace rnnc::interp
