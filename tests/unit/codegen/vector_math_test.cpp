// Errors of the functions over all of f32, in units of the last place, against double precision.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "tests/unit/codegen/function_of.h"

namespace rnnc::testing {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kLeastNormal = 0x1p-126;

struct Width {
  int lanes;
  bool fma;
  friend std::ostream& operator<<(std::ostream& out, const Width& width) {
    return out << width.lanes << (width.fma ? "" : "_without_fma");
  }
};

double unit_at(double value) {
  int exponent = 0;
  std::frexp(std::max(std::fabs(value), kLeastNormal), &exponent);
  return std::ldexp(1.0, exponent - 24);
}

// Floats of either sign with magnitudes from `low` to `high`, evenly spaced among their bit patterns.
std::vector<float> sweep(float low, float high, size_t count = 400000) {
  std::vector<float> numbers;
  auto first = std::bit_cast<uint32_t>(low), last = std::bit_cast<uint32_t>(high);
  for (size_t i = 0; i < count; ++i) {
    auto bits = static_cast<uint32_t>(first + (last - first) * static_cast<uint64_t>(i) / (count - 1));
    numbers.push_back(std::bit_cast<float>(bits));
    numbers.push_back(-numbers.back());
  }
  return numbers;
}

struct Worst {
  double units = 0;
  float at = 0, got = 0;
};

// Denormal results count as 0.
Worst worst(const std::vector<float>& numbers, const std::vector<float>& got,
            const std::function<double(double)>& exact) {
  Worst worst;
  for (size_t i = 0; i < numbers.size(); ++i) {
    double wanted = exact(numbers[i]), have = got[i];
    double units = std::fabs(have - wanted) / unit_at(wanted);
    if (std::isnan(wanted) || std::isinf(static_cast<float>(wanted))) {
      bool same = std::isnan(wanted) ? std::isnan(have) : have == static_cast<float>(wanted);
      units = same ? 0 : std::numeric_limits<double>::infinity();
    } else if (std::fabs(wanted) < kLeastNormal) {
      units = std::fabs(have) <= kLeastNormal ? 0 : units;
    }
    if (!(units <= worst.units)) worst = {units, numbers[i], got[i]};
  }
  return worst;
}

double exact_sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double exact_softplus(double x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::fabs(x))); }

class VectorMathTest : public ::testing::TestWithParam<Width> {
 protected:
  ArrayFunction function(const std::string& op) const {
    return ArrayFunction("%y = " + op + " %a : f32[B]", GetParam().lanes, GetParam().fma);
  }
  void expect_exact(const std::string& op, const std::vector<float>& numbers, double (*exact)(double)) const {
    Worst found = worst(numbers, function(op)(numbers), exact);
    EXPECT_LE(found.units, 3) << op << " of " << found.at << " is " << found.got;
    RecordProperty(op, std::to_string(found.units));
  }
};

TEST_P(VectorMathTest, Exp) { expect_exact("exp", sweep(0x1p-40f, 200), std::exp); }
TEST_P(VectorMathTest, Tanh) { expect_exact("tanh", sweep(0x1p-126f, 100), std::tanh); }
TEST_P(VectorMathTest, Sigmoid) { expect_exact("sigmoid", sweep(0x1p-40f, 200), exact_sigmoid); }
TEST_P(VectorMathTest, Log) { expect_exact("log", sweep(0x1p-126f, 0x1.fffffep127f), std::log); }
TEST_P(VectorMathTest, LogNearOne) { expect_exact("log", sweep(0.5f, 2.0f), std::log); }
TEST_P(VectorMathTest, Softplus) { expect_exact("softplus", sweep(0x1p-40f, 200), exact_softplus); }
TEST_P(VectorMathTest, Sin) { expect_exact("sin", sweep(0x1p-126f, 0x1.fffffep127f, 1000000), std::sin); }
TEST_P(VectorMathTest, Cos) { expect_exact("cos", sweep(0x1p-126f, 0x1.fffffep127f, 1000000), std::cos); }
TEST_P(VectorMathTest, Sqrt) { expect_exact("sqrt", sweep(0x1p-126f, 0x1.fffffep127f), std::sqrt); }

TEST_P(VectorMathTest, Pow) {
  ArrayFunction pow("%y = pow %a, %b : f32[B]", GetParam().lanes, GetParam().fma);
  for (float y : {2.0f, 0.5f, -1.5f, 3.0f, 17.25f, -0.001f, 1e-8f, 100.0f}) {
    std::vector<float> numbers = sweep(0x1p-126f, 0x1.fffffep127f, 50000);
    Worst found = worst(numbers, pow(numbers, std::vector<float>(numbers.size(), y)),
                        [&](double x) { return std::pow(x, double{y}); });
    EXPECT_LE(found.units, 3) << found.at << " to the power of " << y << " is " << found.got;
  }
}

TEST_P(VectorMathTest, PowOfSpecialNumbersIsThatOfC) {
  ArrayFunction pow("%y = pow %a, %b : f32[B]", GetParam().lanes, GetParam().fma);
  std::vector<float> bases, exponents;
  const float special[] = {0.0f, -0.0f, 1.0f, -1.0f,       2.0f,      -2.0f,      0.5f, -0.5f,
                           3.0f, -3.0f, 2.5f, 16777217.0f, kInfinity, -kInfinity, kNaN};
  for (float x : special) {
    for (float y : special) {
      bases.push_back(x);
      exponents.push_back(y);
    }
  }
  std::vector<float> got = pow(bases, exponents);
  for (size_t i = 0; i < got.size(); ++i) {
    float wanted = std::pow(bases[i], exponents[i]);
    bool same = std::isnan(wanted) ? std::isnan(got[i])
                                   : wanted == got[i] && std::signbit(wanted) == std::signbit(got[i]);
    EXPECT_TRUE(same) << bases[i] << " to the power of " << exponents[i] << " is " << got[i] << ", not "
                      << wanted;
  }
}

TEST_P(VectorMathTest, NaNStaysAndInfinitiesGiveLimits) {
  const std::vector<float> numbers = {kNaN, -kNaN, kInfinity, -kInfinity, 0.0f,  -0.0f,
                                      1.0f, -1.0f, 88.8f,     1e30f,      -1e30f};
  using Exact = double (*)(double);
  for (auto [op, exact] : {std::pair<const char*, Exact>{"exp", std::exp},
                           {"log", std::log},
                           {"tanh", std::tanh},
                           {"sigmoid", exact_sigmoid},
                           {"softplus", exact_softplus},
                           {"sqrt", std::sqrt},
                           {"abs", std::fabs}}) {
    Worst found = worst(numbers, function(op)(numbers), exact);
    EXPECT_LE(found.units, 3) << op << " of " << found.at << " is " << found.got;
  }
  for (const char* op : {"sin", "cos"}) {
    for (float y : function(op)({kNaN, kInfinity, -kInfinity})) EXPECT_TRUE(std::isnan(y)) << op;
  }
}

TEST_P(VectorMathTest, ExtremesKeepNaNAndTakeTheFirstAtATie) {
  for (const char* op : {"max", "min"}) {
    ArrayFunction function(fmt::format("%y = {} %a, %b : f32[B]", op), GetParam().lanes, GetParam().fma);
    EXPECT_TRUE(std::isnan(function({kNaN}, {1.0f})[0]));
    EXPECT_TRUE(std::isnan(function({1.0f}, {kNaN})[0]));
    EXPECT_TRUE(std::signbit(function({-0.0f}, {0.0f})[0]));
    EXPECT_FALSE(std::signbit(function({0.0f}, {-0.0f})[0]));
    EXPECT_EQ(function({-kInfinity}, {kInfinity})[0], op == std::string("max") ? kInfinity : -kInfinity);
  }
}

INSTANTIATE_TEST_SUITE_P(All, VectorMathTest,
                         ::testing::Values(Width{4, true}, Width{8, true}, Width{16, true}, Width{4, false},
                                           Width{8, false}),
                         [](const auto& test) {
                           std::ostringstream name;
                           name << "lanes" << test.param;
                           return name.str();
                         });

}  // namespace
}  // namespace rnnc::testing
