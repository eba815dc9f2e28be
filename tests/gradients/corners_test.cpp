// Where a derivative jumps, is infinite or does not exist: semantics.md says what the gradient is.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/gradients/cells.h"
#include "tests/gradients/op_cases.h"
#include "tests/support/central_differences.h"

namespace rnnc::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Sizes kSizes{2, {{"T", {3, 1}}, {"S", {2, 0}}}};

// The gradient function of everything, run.
class Gradients {
 public:
  explicit Gradients(const ir::Module& module, const Sizes& sizes = kSizes)
      : gradient_(differentiated(module)), dims_(module.dims) {
    arguments = random_arguments(gradient_, dims_, sizes);
    for (auto& [name, array] : arguments.inputs) {
      if (name.starts_with("grad.")) std::fill(array.values.begin(), array.values.end(), 1.0);
    }
  }

  std::map<std::string, interp::Array> run() {
    auto results = interp::interpret(gradient_, dims_, arguments);
    RNNC_CHECK(results, results.error().message);
    return *results;
  }
  std::vector<double> of(const std::string& name) { return run().at("grad." + name).values; }

  interp::Arguments arguments;

 private:
  static ir::Function differentiated(const ir::Module& module) {
    ir::DimTable dims = module.dims;
    return autodiff::differentiate(module.forward, dims, request_everything(module.forward));
  }

  ir::Function gradient_;
  ir::DimTable dims_;
};

// The gradients of the params a and b [H] of a case, for values given.
struct OfParams {
  std::vector<double> a, b;
};
OfParams of_params(const std::string& text, std::vector<double> a, std::vector<double> b = {0, 0, 0}) {
  Gradients gradients(case_module("%a = param a : f32[H]  %b = param b : f32[H] " + text));
  gradients.arguments.params["a"].values = std::move(a);
  gradients.arguments.params["b"].values = std::move(b);
  auto results = gradients.run();
  return {results.at("grad.a").values, results.at("grad.b").values};
}

using Values = std::vector<double>;

TEST(Ties, TheFirstOperandTakesTheGradient) {
  for (const char* op : {"max", "min"}) {
    OfParams tie =
        of_params(std::string("%y = ") + op + " %a, %b : f32[H]  return y = %y", {1, 0, -2}, {1, 0, -2});
    EXPECT_EQ(tie.a, (Values{1, 1, 1})) << op;
    EXPECT_EQ(tie.b, (Values{0, 0, 0})) << op;
  }
}

TEST(Ties, ReluHasSlopeZeroAtZero) {
  OfParams relu = of_params("%z = const 0 : f32[H]  %y = max %z, %a : f32[H]  return y = %y", {-1, 0, 2});
  EXPECT_EQ(relu.a, (Values{0, 0, 1}));
}

TEST(Ties, ClampPassesAtItsBounds) {
  OfParams clamp = of_params(
      "%l = const -1 : f32[H]  %h = const 1 : f32[H]  %m = max %a, %l : f32[H]"
      "%y = min %m, %h : f32[H]  return y = %y",
      {-1, 1, 1.5});
  EXPECT_EQ(clamp.a, (Values{1, 1, 0}));
}

TEST(Ties, AbsHasSlopeZeroAtZero) {
  EXPECT_EQ(of_params("%y = abs %a : f32[H]  return y = %y", {-3, 0, 3}).a, (Values{-1, 0, 1}));
}

TEST(Ties, ReduceGivesToTheFirstPlaceInRowMajorOrder) {
  Gradients max(case_module("%a = param a : f32[X,H]  %y = reduce max %a over {H,X} : f32[]  return y = %y"));
  max.arguments.params["a"].values = {1, 3, 2, 3, 3, 0};
  EXPECT_EQ(max.of("a"), (Values{0, 1, 0, 0, 0, 0}));
  Gradients min(case_module("%a = param a : f32[X,H]  %y = reduce min %a over {X} : f32[H]  return y = %y"));
  min.arguments.params["a"].values = {1, 3, 2, 1, 0, 2};
  EXPECT_EQ(min.of("a"), (Values{1, 0, 1, 0, 1, 0}));
}

TEST(Ties, ReduceOverTimeAndBatchKnowsLengths) {
  Gradients max(case_module("%a = input a : f32[T,B]  %y = reduce max %a over {T,B} : f32[]  return y = %y"));
  max.arguments.inputs["a"].values = {-3, -1, -1, 9, -1,
                                      9,  9,  9};  // the second sequence has one step, the last row is beyond
  EXPECT_EQ(max.of("a"), (Values{0, 1, 0, 0, 0, 0, 0, 0}));
}

TEST(Ties, PrefixMaxKeepsTheEarlier) {
  Gradients max(case_module("%b = input b : f32[T,B]  %first = input first : f32[B]"
                            "%s = prefix max forward %b, %first along T : f32[T,B]  return s = %s"),
                {1, {{"T", {3}}}});
  max.arguments.inputs["first"].values = {1};
  max.arguments.inputs["b"].values = {1, 2, 2, 0};
  auto results = max.run();
  EXPECT_EQ(results.at("grad.first").values, (Values{1}));
  EXPECT_EQ(results.at("grad.b").values, (Values{0, 2, 0, 0}));
}

TEST(Nothing, FlowsThroughDetach) {
  OfParams product = of_params(
      "%d = detach %a : f32[H]  %y = mul %a, %d : f32[H]  %z = detach %b : f32[H]"
      "return y = %y, z = %z",
      {2, 3, 4});
  EXPECT_EQ(product.a, (Values{2, 3, 4}));
  EXPECT_EQ(product.b, (Values{0, 0, 0}));
}

TEST(Nothing, FlowsToTheExtremeOfNoSteps) {
  Gradients gradients(
      case_module("%a = input a : f32[S,B,H]  %y = reduce max %a over {S} : f32[B,H]  return y = %y"));
  Values gradient = gradients.of("a");
  EXPECT_EQ(std::count(gradient.begin(), gradient.end(), 1.0), 3);  // all of the first sequence
  EXPECT_EQ(std::count(gradient.begin(), gradient.end(), 0.0), 15);
}

// y = f(a) where a > 0, else b. At a = 0 the derivative of f is infinite or NaN, yet b alone counts.
class Untaken : public ::testing::TestWithParam<const char*> {};

TEST_P(Untaken, PassesExactlyZero) {
  const std::string function = GetParam();
  OfParams chosen = of_params(
      "%zero = const 0 : f32[H]  %big = const 1e9 : f32[H]  %inf = const inf : f32[H] "
      "%half = const 0.5 : f32[H]  %p = less %zero, %a : bool[H]" +
          function + "%y = select %p, %f, %b : f32[H]  return y = %y",
      {0, 1, -1});
  EXPECT_EQ(chosen.b, (Values{1, 0, 1}));
  EXPECT_EQ(chosen.a[0], 0);
  EXPECT_EQ(chosen.a[2], 0);
}

INSTANTIATE_TEST_SUITE_P(
    Side, Untaken,
    ::testing::Values(
        "%f = sqrt %a : f32[H]", "%f = log %a : f32[H]", "%f = div %half, %a : f32[H]",
        "%f = pow %a, %half : f32[H]", "%e = detach %b : f32[H]  %f = pow %a, %e : f32[H]",
        "%f = pow %zero, %a : f32[H]",
        "%n = sub %zero, %a : f32[H]  %g = mul %n, %big : f32[H]  %c = add %g, %big : f32[H]"
        "%f = exp %c : f32[H]",
        "%l = log %a : f32[H]  %f = mul %a, %l : f32[H]", "%l = log %a : f32[H]  %f = mul %l, %l : f32[H]",
        "%f = mul %a, %inf : f32[H]", "%l = log %a : f32[H]  %f = sin %l : f32[H]",
        "%l = log %a : f32[H]  %f = cos %l : f32[H]", "%l = sqrt %a : f32[H]  %f = tanh %l : f32[H]",
        "%l = log %a : f32[H]  %f = sigmoid %l : f32[H]", "%l = sqrt %a : f32[H]  %f = softplus %l : f32[H]",
        "%l = log %a : f32[H]  %e = exp %l : f32[H]  %q = div %l, %e : f32[H]  %f = abs %q : f32[H]"));

TEST(Untaken, SideOfMaxAndMinPassesExactlyZero) {
  OfParams max =
      of_params("%r = sqrt %a : f32[H]  %y = max %r, %b : f32[H]  return y = %y", {0, 0, 4}, {1, 2, 1});
  EXPECT_EQ(max.a, (Values{0, 0, 0.25}));
  EXPECT_EQ(max.b, (Values{1, 1, 0}));
  OfParams min =
      of_params("%l = log %a : f32[H]  %n = neg %l : f32[H]  %y = min %n, %b : f32[H]  return y = %y",
                {0, 0, 4}, {1, 2, 1});
  EXPECT_EQ(min.a, (Values{0, 0, -0.25}));
}

TEST(Untaken, StepOfAScanPassesExactlyZero) {
  // The body takes log x only where x > 0; what it carries of the last step nobody reads.
  ir::Module module = case_module(R"(
    %x = input x : f32[T,B]  %k0 = const 0 : f32[B]
    %y, %kT = scan forward T each(%x) with() carry(%k0) : f32[T,B], f32[B] {
      (%x : f32[B], %k1 : f32[B])
      %zero = const 0 : f32[B]  %p = less %zero, %x : bool[B]  %l = log %x : f32[B]
      %s = select %p, %l, %zero : f32[B]  %e = exp %k1 : f32[B]  %y = mul %s, %e : f32[B]
      yield(y = %y) next(k = %l)
    }
    return y = %y)");
  Gradients gradients(module, {1, {{"T", {3}}}});
  gradients.arguments.inputs["x"].values = {1, 2, 0, 5};
  Values gradient = gradients.of("x");
  // y = log x0 + x0 log x1 + (x2 is not taken): 1 + log 2, 1/2, 0
  EXPECT_NEAR(gradient[0], 1 + std::log(2), 1e-12);
  EXPECT_NEAR(gradient[1], 0.5, 1e-12);
  EXPECT_EQ(gradient[2], 0);
  EXPECT_EQ(gradient[3], 0);
}

// The weights of a product that is thrown away where x = 0.
TEST(Untaken, ProductPassesNothingToItsWeights) {
  Gradients gradients(case_module(R"(
    %x = input x : f32[T,B,H]  %w = param w : f32[H]  %zero = const 0 : f32[T,B]
    %l = log %x : f32[T,B,H]  %u = contract %l, %w over {H} : f32[T,B]
    %least = reduce min %x over {H} : f32[T,B]  %p = less %zero, %least : bool[T,B]
    %y = select %p, %u, %zero : f32[T,B]
    return y = %y)"),
                      {1, {{"T", {2}}}});
  gradients.arguments.inputs["x"].values = {0, 1, 1, 1, std::exp(1), std::exp(2), 1, 1, 1};
  gradients.arguments.params["w"].values = {1, 1, 1};
  Values weights = gradients.of("w");
  EXPECT_NEAR(weights[0], 0, 1e-12);
  EXPECT_NEAR(weights[1], 1, 1e-12);
  EXPECT_NEAR(weights[2], 2, 1e-12);
  Values slopes = gradients.of("x");
  EXPECT_EQ(slopes[0], 0);
  EXPECT_NEAR(slopes[4], std::exp(-1), 1e-12);
}

TEST(Beyond, TheEndNothingIsDividedByZero) {
  Gradients gradients(
      case_module("%a = input a : f32[T,B,H]  %q = mul %a, %a : f32[T,B,H]  %r = sqrt %q : f32[T,B,H]"
                  "%l = log %q : f32[T,B,H]  %d = div %r, %q : f32[T,B,H]  %s = add %d, %l : f32[T,B,H]"
                  "%y = reduce sum %s over {T,B,H} : f32[]  return y = %y"));
  for (double slope : gradients.of("a")) EXPECT_TRUE(std::isfinite(slope));
}

TEST(Power, OfZeroAndOfNegativeBases) {
  auto power = [](const char* exponent, Values base) {
    return of_params(
               std::string("%p = const ") + exponent + " : f32[H]  %y = pow %a, %p : f32[H]  return y = %y",
               std::move(base))
        .a;
  };
  EXPECT_EQ(power("0", {0, -1, 2}), (Values{0, 0, 0}));
  EXPECT_EQ(power("1", {0, -1, 2}), (Values{1, 1, 1}));
  EXPECT_EQ(power("2", {0, -1, 2}), (Values{0, -2, 4}));
  EXPECT_EQ(power("3", {0, -1, 2}), (Values{0, 3, 12}));
  EXPECT_EQ(power("[0, 1, 2]", {0, 0, 0}), (Values{0, 1, 0}));
}

TEST(Power, HasNoSlopeInTheExponentUnlessTheBaseIsPositive) {
  OfParams power = of_params("%y = pow %a, %b : f32[H]  return y = %y", {0, -2, 1}, {2, 2, 2});
  EXPECT_EQ(power.b, (Values{0, 0, 0}));
  EXPECT_EQ(power.a, (Values{0, -4, 2}));
}

TEST(Infinite, SlopeOfSqrtAtZero) {
  EXPECT_EQ(of_params("%y = sqrt %a : f32[H]  return y = %y", {0, 1, 4}).a, (Values{kInfinity, 0.5, 0.25}));
}

TEST(Infinite, FirstValuesLeaveNoNan) {
  for (const char* direction : {"forward", "backward"}) {
    for (double size : {1.0, 30.0, 1000.0}) {
      for (const ir::Module& module :
           {slstm(direction), slstm(direction, "input state.m"), mlstm(direction)}) {
        Gradients gradients(module, {3, {{"T", {40, 17, 1}}}});
        for (auto& [name, array] : gradients.arguments.inputs) {
          if (array.element != ir::Element::real || name.starts_with("grad.")) continue;
          for (double& number : array.values) number = name == "state.m" ? -kInfinity : number * size;
        }
        for (const auto& [name, array] : gradients.run()) {
          for (double number : array.values)
            ASSERT_TRUE(std::isfinite(number)) << module.name << ' ' << name << ' ' << size;
        }
      }
    }
  }
}

TEST(Infinite, FirstValueOfAPrefixLeavesNoNan) {
  Gradients gradients(
      case_module("%a = input a : f32[T,B]  %b = input b : f32[T,B]  %first = const -inf : f32[B]"
                  "%s = prefix affine max_plus forward %a, %b, %first along T : f32[T,B]"
                  "%m = prefix max backward %b, %first along T : f32[T,B]  return s = %s, m = %m"));
  for (const auto& [name, array] : gradients.run()) {
    for (double number : array.values) EXPECT_TRUE(std::isfinite(number)) << name;
  }
}

}  // namespace
}  // namespace rnnc::testing
