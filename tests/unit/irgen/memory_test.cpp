// First values, delays, sequences seen whole: numbers worked out beside the compiler.
#include <gtest/gtest.h>

#include "tests/unit/irgen/run.h"

namespace rnnc::irgen {
namespace {

using Numbers = std::vector<double>;

// One sequence of single numbers.
interp::Arguments over(const ModelRun& model, const Numbers& x) {
  auto steps = static_cast<int64_t>(x.size());
  interp::Arguments arguments = model.random({{"T", {steps}}}, 1);
  arguments.steps["T"] = steps;
  arguments.inputs["x"] = reals({steps, 1}, x);
  return arguments;
}

TEST(Memory, ALearnedFirstValueHoldsAtEveryDelay) {
  testing::Spec spec(
      "cell A { input x: []  param s0: []  state s: [] = s0  s = x + s[t-1] * s[t-2]  output s }");
  ModelRun model = model_of(spec, "A");
  interp::Arguments a = over(model, {1, 2, 3});
  a.params["s0"] = reals({}, {2});
  EXPECT_EQ(model.forward(a).at("s").values, (Numbers{1 + 2 * 2, 2 + 5 * 2, 3 + 12 * 5}));
  a.inputs["sequence.begins"].values = {0};  // further on the State holds what was
  a.inputs["state.s"].values = {10};
  a.inputs["state.s.2"].values = {100};
  Arrays results = model.forward(a);
  EXPECT_EQ(results.at("s").values, (Numbers{1001, 2 + 1001 * 10, 3 + 10012.0 * 1001}));
  EXPECT_EQ(results.at("state.s.2").values, (Numbers{10012}));
}

// No value of the function has the time, only the loop does.
TEST(Memory, OnlyLastValuesReadEndWhereTheirSequencesEnd) {
  testing::Spec spec(R"(cell Counter { input x: [X]  state n: []  n = n[t-1] + 1  output n }
model M { input past: seq [X]  input x: seq [X]  a = Counter(past)  output y = Counter(x, init = final(a)) })");
  ModelRun model = model_of(spec, "M");
  const Lengths lengths = {{"T.past", {3, 1}}, {"T.x", {2, 2}}};
  const std::vector<ir::NamedType> inputs = ir::inputs_of(model.module().forward);
  for (const auto& [time, each] : lengths) {
    EXPECT_TRUE(std::any_of(inputs.begin(), inputs.end(), [&](const ir::NamedType& input) {
      return input.name == "lengths." + time;
    })) << time;
  }
  EXPECT_EQ(model.forward(model.random(lengths, 2)).at("state.y.Counter.n").values, (Numbers{5, 3}));
}

TEST(Memory, WhatIsGivenComesBeforeWhatIsWritten) {
  testing::Spec spec(R"(cell A { input x: []  state s: [] = 7  s = x + s[t-1]  output s }
cell Outer { input x: []  output y = A(x, s = 10 * x) }
model M { input x: seq []  input z: []  output written = A(x)  output given = A(x, s = z)  output inside = Outer(x) })");
  ModelRun model = model_of(spec, "M");
  interp::Arguments a = over(model, {1, 2});
  a.inputs["z"] = reals({1}, {100});
  Arrays results = model.forward(a);
  EXPECT_EQ(results.at("written").values, (Numbers{8, 10}));
  EXPECT_EQ(results.at("given").values, (Numbers{101, 103}));
  EXPECT_EQ(results.at("inside").values, (Numbers{11, 13}));
  EXPECT_EQ(results.at("state.given.A.s").values, (Numbers{103}));
}

TEST(Memory, InitTakesOverAllThatALayerRemembers) {
  testing::Spec spec(R"(cell Add { input x: []  state s: []  s = x + s[t-1]  output s }
cell A { input x: []  y = Add(x)  output out = y + 100 * x[t-2] }
model M { input past: seq []  input x: seq []  output y = A(x, init = final(A(past))) })");
  ModelRun model = model_of(spec, "M");
  interp::Arguments a = model.random({{"T.past", {3}}, {"T.x", {3}}}, 1);
  a.steps = {{"T.past", 3}, {"T.x", 3}};
  a.inputs["past"] = reals({3, 1}, {1, 2, 3});
  a.inputs["x"] = reals({3, 1}, {4, 5, 6});
  EXPECT_EQ(model.forward(a).at("y").values, (Numbers{10 + 200, 15 + 300, 21 + 400}));
}

TEST(Memory, DelaysAndWindowsOfAModel) {
  testing::Spec spec(R"(model M { input x: seq []  y = 2 * x
  output a = y[t-2]  output b = window[3](y) @ window[3](x)  output c = window[1](x) })");
  ModelRun model = model_of(spec, "M");
  Arrays results = model.forward(over(model, {1, 2, 3, 4}));
  EXPECT_EQ(results.at("a").values, (Numbers{0, 0, 2, 4}));
  EXPECT_EQ(results.at("b").values, (Numbers{2, 2 * 5, 2 * 14, 2 * (4 + 9 + 16)}));
  EXPECT_EQ(results.at("c").shape, (std::vector<int64_t>{4, 1, 1}));
  EXPECT_EQ(results.at("state.y.1").values, (Numbers{8}));
  EXPECT_EQ(results.at("state.y.2").values, (Numbers{6}));
}

TEST(Memory, WindowsOfAStateAreOldestFirst) {
  testing::Spec spec("cell A { input x: []  state s: [] = 1  s = x + s[t-1]  output y = window[3](s) }");
  ModelRun model = model_of(spec, "A");
  EXPECT_EQ(model.forward(over(model, {1, 2})).at("y").values, (Numbers{1, 1, 2, 1, 2, 4}));
}

TEST(Memory, WholeSequences) {
  testing::Spec spec(R"(model M { input x: seq []
  output first = last(reverse(x))  output end = last(x)  output mean_ = mean[t](x)  output total = sum[t](x)
  output top = max[t](x)  output low = min[t](x)  output back = reverse(x)  output share = softmax[t](x)
  output apart = x - repeat(last(x), x) })");
  ModelRun model = model_of(spec, "M");
  interp::Arguments a = model.random({{"T", {3, 1, 0}}}, 3);
  a.steps["T"] = 3;
  a.inputs["x"] = reals({3, 3}, {1, -2, 9, 2, 9, 9, 6, 9, 9});
  Arrays results = model.forward(a);
  EXPECT_EQ(results.at("first").values, (Numbers{1, -2, 0}));
  EXPECT_EQ(results.at("end").values, (Numbers{6, -2, 0}));
  EXPECT_EQ(results.at("mean_").values, (Numbers{3, -2, 0}));
  EXPECT_EQ(results.at("total").values, (Numbers{9, -2, 0}));
  EXPECT_EQ(results.at("top").values, (Numbers{6, -2, 0}));
  EXPECT_EQ(results.at("low").values, (Numbers{1, -2, 0}));
  EXPECT_EQ(results.at("back").values, (Numbers{6, -2, 0, 2, 0, 0, 1, 0, 0}));
  EXPECT_EQ(results.at("apart").values, (Numbers{-5, 0, 0, -4, 0, 0, 0, 0, 0}));
  double sum = std::exp(-5.0) + std::exp(-4.0) + 1;
  EXPECT_LE(difference(results.at("share"), reals({3, 3}, {std::exp(-5.0) / sum, 1, 0, std::exp(-4.0) / sum,
                                                           0, 0, 1 / sum, 0, 0})),
            kEqual);
}

TEST(Memory, AttentionLooksAtAllOfAnotherSequence) {
  testing::Spec spec(R"(cell Look { input x: []  input memory: seq []  state s: []
  weights = softmax[t](memory * s[t-1])
  s = x + sum[t](weights * memory)
  output s }
model M { input x: seq []  input memory: seq []  output y = Look(x, memory) })");
  ModelRun model = model_of(spec, "M");
  interp::Arguments a = model.random({{"T.x", {2, 2}}, {"T.memory", {2, 1}}}, 2);
  a.steps = {{"T.x", 2}, {"T.memory", 2}};
  a.inputs["x"] = reals({2, 2}, {1, 1, 1, 1});
  a.inputs["memory"] = reals({2, 2}, {2, 3, 4, 9});
  Arrays results = model.forward(a);
  double first = 1 + 3, odds = std::exp(2 * first), second = 1 + (2 + 4 * odds) / (1 + odds);
  EXPECT_LE(difference(results.at("y"), reals({2, 2}, {first, 4, second, 4})), kEqual);
}

TEST(Memory, ZoneoutAndDropoutAreTheirMeansOutsideOfTraining) {
  testing::Spec spec(R"(cell A { input x: []  state s: [] = 8  s = zoneout[0.25](x, s[t-1])  output s }
model M { input x: seq []  output y = A(dropout[0.5](x)) })");
  ModelRun model = model_of(spec, "M");
  EXPECT_EQ(model.forward(over(model, {4, 0})).at("y").values, (Numbers{5, 1.25}));
}

// Masks are those of the whole sequence, wherever it is cut.
TEST(Memory, TrainingDrawsOnceAStep) {
  testing::Spec spec("model M { input x: seq []  output y = dropout[0.5](x) }");
  ModelRun model = model_of(spec, "M", {}, {.training = true});
  Numbers ones(400, 1.0);
  Numbers kept = model.forward(over(model, ones)).at("y").values;
  const auto zeros = std::count(kept.begin(), kept.end(), 0.0),
             twos = std::count(kept.begin(), kept.end(), 2.0);
  EXPECT_EQ(zeros + twos, 400);
  EXPECT_NEAR(static_cast<double>(zeros), 200, 60);
  interp::Arguments later = over(model, Numbers(300, 1.0));
  later.keys.first_t = {100};
  EXPECT_EQ(model.forward(later).at("y").values, Numbers(kept.begin() + 100, kept.end()));
}

}  // namespace
}  // namespace rnnc::irgen
