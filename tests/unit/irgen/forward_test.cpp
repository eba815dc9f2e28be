// Numbers worked out beside the compiler: the equations of two cells written in plain C++, losses by hand,
// first values, delays, sequences seen whole.
#include <gtest/gtest.h>

#include "tests/unit/irgen/run.h"

namespace rnnc::irgen {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// ---------------------------------------------------------------- cells by their equations

TEST(Forward, VanillaCell) {
  testing::Spec spec("cell A[H] { input x: [X]  state h: [H]  h = tanh(linear(x, h[t-1]))  output h }");
  ModelRun model = model_of(spec, "A", {{"H", 2}, {"X", 2}});
  interp::Arguments a = model.random({{"T", {3}}}, 1);
  a.params["h.W.x"] = reals({2, 2}, {0.1, -0.2, 0.3, 0.4});
  a.params["h.W.h"] = reals({2, 2}, {0.5, 0.6, -0.7, 0.8});
  a.params["h.b"] = reals({2}, {0.01, -0.02});
  const std::vector<double> x = {1, 2, -1, 0.5, 0.25, -3};
  a.steps["T"] = 3;
  a.inputs["x"] = reals({3, 1, 2}, x);
  Arrays results = model.forward(a);
  double h0 = 0, h1 = 0;
  for (size_t t = 0; t < 3; ++t) {
    double x0 = x[2 * t], x1 = x[2 * t + 1];
    double next0 = std::tanh(0.1 * x0 - 0.2 * x1 + 0.5 * h0 + 0.6 * h1 + 0.01);
    double next1 = std::tanh(0.3 * x0 + 0.4 * x1 - 0.7 * h0 + 0.8 * h1 - 0.02);
    h0 = next0, h1 = next1;
    EXPECT_NEAR(results.at("h").values[2 * t], h0, kEqual);
    EXPECT_NEAR(results.at("h").values[2 * t + 1], h1, kEqual);
  }
  EXPECT_LE(difference(results.at("state.h"), reals({1, 2}, {h0, h1})), kEqual);
}

TEST(Forward, GatesOfOneUnit) {
  testing::Spec spec("model M { input x: seq []  y = LSTM[1](x)  output y }");
  ModelRun model = model_of(spec, "M");
  interp::Arguments a = model.random({{"T", {4, 2}}}, 2);
  Arrays results = model.forward(a);
  for (size_t b = 0; b < 2; ++b) {
    double h = 0, c = 0;
    for (size_t t = 0; t < (b == 0 ? 4u : 2u); ++t) {
      double x = a.inputs.at("x").values[2 * t + b];
      auto z = [&](const std::string& gate) {
        auto of = [&](const std::string& name) { return a.params.at("y.LSTM." + gate + name).values[0]; };
        return of(".W.x") * x + of(".W.h") * h + of(".b");
      };
      c = sigmoid(z("f")) * c + sigmoid(z("i")) * std::tanh(z("g"));
      h = sigmoid(z("o")) * std::tanh(c);
      EXPECT_NEAR(results.at("y").values[2 * t + b], h, kEqual);
    }
    EXPECT_NEAR(results.at("state.y.LSTM.h").values[b], h, kEqual);
    EXPECT_NEAR(results.at("state.y.LSTM.c").values[b], c, kEqual);
  }
}

// ---------------------------------------------------------------- losses

TEST(Loss, UnknownTokensAreNotCounted) {
  testing::Spec spec(R"(model M { input x: seq [K]  target y: seq token[K]  target z: seq []
  logits = 2 * x
  loss cross_entropy(logits, y)
  loss square(x) * z
  loss mean[t](cross_entropy(logits, y))
})");
  ModelRun model = model_of(spec, "M", {{"K", 2}});
  interp::Arguments a = model.random({{"T", {3, 1, 0}}}, 3);
  a.steps["T"] = 3;
  a.inputs["x"] = reals({3, 3, 2}, {1, 2, 3, 4, 9, 9, 0, 1, 9, 9, 9, 9, 5, 3, 9, 9, 9, 9});
  a.inputs["y"] = tokens({3, 3}, {0, -1, 1, -1, 1, 1, 1, 1, 1});
  a.inputs["z"] = reals({3, 3}, {1, 2, 9, 3, 9, 9, 0, 9, 9});
  Arrays results = model.forward(a);
  // Sequence 0 has the steps x = (1,2), (0,1), (5,3) with y = 0, unknown, 1; sequence 1 has (3,4), unknown.
  double first = std::log(1 + std::exp(2.0)), third = std::log(1 + std::exp(4.0));
  EXPECT_NEAR(results.at("loss.0.sum").values[0], first + third, kEqual);
  EXPECT_EQ(results.at("loss.0.count").values[0], 2);
  EXPECT_NEAR(results.at("loss.1.sum").values[0], (1 + 4) * 1 + (0 + 1) * 3 + (9 + 16) * 2, kEqual);
  EXPECT_EQ(results.at("loss.1.count").values[0], 8);
  // Of sequence 1 nothing is known; sequence 2 has no steps and mean 0.
  EXPECT_NEAR(results.at("loss.2.sum").values[0], (first + third) / 2, kEqual);
  EXPECT_EQ(results.at("loss.2.count").values[0], 2);
  double loss = (first + third) / 2 + (5 + 3 + 50) / 8.0 + (first + third) / 4;
  EXPECT_NEAR(results.at("loss").values[0], loss, kEqual);
}

TEST(Loss, UnknownIsNoMatterOfTheStepBefore) {
  testing::Spec spec(R"(model M { target y: seq token[V]  target z: seq []
  output p = sum[V](onehot(y[t-1]))
  loss square(z - p)
  loss sum[V](onehot(y)) * 3 + z
})");
  ModelRun model = model_of(spec, "M", {{"V", 3}});
  interp::Arguments a = model.random({{"T", {3}}}, 1);
  a.steps["T"] = 3;
  a.inputs["y"] = tokens({3, 1}, {2, -1, 0});
  a.inputs["z"] = reals({3, 1}, {1, 1, 1});
  Arrays results = model.forward(a);
  EXPECT_EQ(results.at("p").values, (std::vector<double>{0, 1, 0}));
  EXPECT_EQ(results.at("loss.0.count").values[0], 3);
  EXPECT_EQ(results.at("loss.0.sum").values[0], 2);
  EXPECT_EQ(results.at("loss.1.count").values[0], 2);
  EXPECT_EQ(results.at("loss.1.sum").values[0], 8);
}

TEST(Loss, OverNothingIsZero) {
  testing::Spec spec(R"(model M { input x: seq token[V]  target y: seq token[V]  target z: token[V]
  logits = x |> embed[2] |> LSTM[2] |> linear[V]
  whole = logits |> last
  loss cross_entropy(logits, y)
  loss cross_entropy(whole, z)
  output logits, whole })");
  ModelRun model = model_of(spec, "M", {{"V", 3}});
  interp::Arguments a = model.random({{"T", {0, 0}}}, 2);
  a.inputs["z"] = tokens({2}, {-1, -1});
  Arrays results = model.forward(a);
  EXPECT_EQ(results.at("loss").values[0], 0);
  EXPECT_EQ(results.at("loss.0.count").values[0], 0);
  EXPECT_EQ(results.at("loss.1.count").values[0], 0);
  for (double value : results.at("whole").values) EXPECT_EQ(value, 0);
}

TEST(Loss, CrossEntropyOfLargeLogitsAndAgainstADistribution) {
  testing::Spec spec(R"(model M { input x: [K]  target y: token[K]  target p: [K]
  a = x  loss cross_entropy(a, y)  loss cross_entropy(a, p)  output a })");
  ModelRun model = model_of(spec, "M", {{"K", 2}});
  interp::Arguments a = model.random({}, 2);
  a.inputs["x"] = reals({2, 2}, {1000, 0, -1000, 1000});
  a.inputs["y"] = tokens({2}, {1, 1});
  a.inputs["p"] = reals({2, 2}, {0.25, 0.75, 0, 1});
  Arrays results = model.forward(a);
  EXPECT_EQ(results.at("loss.0.sum").values[0], 1000);
  EXPECT_EQ(results.at("loss.1.sum").values[0], 750);
}

}  // namespace
}  // namespace rnnc::irgen
