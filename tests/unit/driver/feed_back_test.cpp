// A model on its own predictions: what is made does not depend on the batch, is what the true targets would
// give if they were these, and is what `rnnc sample` draws.
#include "compiler/driver/feed_back.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/driver/data.h"
#include "compiler/driver/initialise.h"
#include "compiler/driver/own_targets.h"
#include "compiler/driver/run_inputs.h"
#include "compiler/driver/step_model.h"
#include "tests/unit/driver/model.h"

namespace rnnc::driver {
namespace {

using formats::make_tensor;
using formats::Tensor;
using interp::Array;

constexpr const char* kText = R"(model Text[E = 5, H = 7] {
  target text: seq token[V]
  logits = text[t-1] |> embed[E] |> LSTM[H] |> linear[V]
  loss cross_entropy(logits, text)
})";
constexpr const char* kCaption = R"(model Caption[E = 5, H = 7] {
  input image: [F]
  target words: seq token[V]
  start: [H] = linear(image)
  logits = words[t-1] |> embed[E] |> LSTM[H](h = start) |> linear[V]
  loss cross_entropy(logits, words)
  output logits
  output start
})";
constexpr const char* kSeries = R"(model Series[H = 6] {
  input x: seq [X]
  target y: seq [Y]
  out = linear[Y](GRU[H]([x, y[t-1], y[t-3]]))
  loss mse(out, y)
})";
constexpr const char* kBits = R"(model Bits[H = 6] {
  input x: seq [X]
  target on: seq [K]
  odds = linear[K](RNN[H]([x, on[t-1]]))
  loss binary_cross_entropy(odds, on)
})";
constexpr const char* kTranslate = R"(model Translate[E = 4, H = 6] {
  input source: seq token[S]
  target words: seq token[V]
  thought = source |> embed[E] |> LSTM[H] |> final
  logits = words[t-1] |> embed[E] |> LSTM[H](init = thought) |> linear[V]
  loss cross_entropy(logits, words)
})";

Tensor numbers(std::string name, const formats::Shape& shape, double pace = 0.7) {
  size_t size = 1;
  for (uint64_t extent : shape) size *= extent;
  std::vector<double> values(size);
  for (size_t i = 0; i < size; ++i) values[i] = std::sin(pace * static_cast<double>(i + 1));
  return make_tensor(std::move(name), shape, values);
}

// One sequence of a batch, where there is one.
Tensor row_of(const Tensor& tensor, uint64_t row) {
  Tensor one = tensor;
  one.shape[0] = 1;
  const size_t bytes = tensor.data.size() / tensor.shape[0];
  const auto begin = tensor.data.begin() + static_cast<std::ptrdiff_t>(bytes * row);
  one.data.assign(begin, begin + static_cast<std::ptrdiff_t>(bytes));
  return one;
}

class FeedBackModel {
 public:
  FeedBackModel(const std::string& text, const std::map<std::string, int64_t>& sizes)
      : spec_(text, sizes), compiled(*compile(spec_.model, {})), weights(initial_values(*spec_.model, 3)) {
    // Far from each other, so that what is likeliest changes from step to step.
    for (auto& [path, values] : weights) {
      for (double& value : values) value = static_cast<float>(3 * value);
    }
  }

  Outcome<FedBackRun> run(const std::vector<Tensor>& data, FeedBackOptions options) {
    auto given = arguments_from(data, compiled, compiled.module.forward, {.targets = false}, "data");
    if (!given) return given.error();
    given->params = to_params(*spec_.model, weights);
    options.continues =
        std::ranges::any_of(data, [](const Tensor& one) { return one.name.starts_with("state."); });
    return feed_back(compiled, *given, options);
  }
  // The arrays as files have them.
  std::vector<Tensor> made(const std::vector<Tensor>& data, const FeedBackOptions& options) {
    auto run_of_it = run(data, options);
    EXPECT_TRUE(static_cast<bool>(run_of_it)) << run_of_it.error().message;
    std::vector<Tensor> arrays;
    if (!run_of_it) return arrays;
    for (const FedBackRun::Result& one : run_of_it->results) {
      arrays.push_back(to_tensor(one.name, one.array, one.type, compiled.module.dims, formats::DType::kF64));
    }
    arrays.push_back(make_tensor("lengths", {run_of_it->lengths.size()}, run_of_it->lengths));
    return arrays;
  }
  std::string complaint(const std::vector<Tensor>& data, const FeedBackOptions& options) {
    auto made_it = run(data, options);
    return made_it ? "made" : made_it.error().message;
  }
  // What the whole function gives on true targets, in double precision.
  Arrays taught(const std::vector<Tensor>& data) {
    auto given = arguments_from(data, compiled, compiled.module.forward, {}, "data");
    EXPECT_TRUE(static_cast<bool>(given)) << given.error().message;
    given->params = to_params(*spec_.model, weights);
    return *interp::interpret(compiled.module.forward, compiled.module.dims, *given);
  }
  Tensor as_file(const std::string& name, const Array& array) {
    const ir::Function& forward = compiled.module.forward;
    return to_tensor(name, array, forward.type(forward.result(name)), compiled.module.dims,
                     formats::DType::kF64);
  }

 private:
  SpecModel spec_;

 public:
  Compiled compiled;
  Values weights;
};

std::vector<double> values_of(const std::vector<Tensor>& arrays, const std::string& name) {
  const Tensor* tensor = formats::find(arrays, name);
  EXPECT_NE(tensor, nullptr) << name;
  return tensor == nullptr ? std::vector<double>{} : *formats::to_f64(*tensor);
}

void expect_near(const std::vector<double>& have, const std::vector<double>& want, double tolerance,
                 const std::string& what) {
  ASSERT_EQ(have.size(), want.size()) << what;
  for (size_t i = 0; i < have.size(); ++i)
    ASSERT_NEAR(have[i], want[i], tolerance) << what << "[" << i << "]";
}

FeedBackOptions by(EngineKind engine, std::optional<int64_t> length = {}) {
  FeedBackOptions options;
  options.engine = engine;
  options.length = length;
  return options;
}
FeedBackOptions drawn(EngineKind engine, std::optional<int64_t> length, uint64_t seed) {
  FeedBackOptions options = by(engine, length);
  options.draw.temperature = 1;
  options.draw.seed = seed;
  return options;
}

struct Case {
  const char* name;
  const char* text;
  std::map<std::string, int64_t> sizes;
  std::vector<Tensor> data;  // of three sequences
  std::optional<int64_t> length;
  const char *target, *prediction;
  friend std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }
};

const std::vector<Case>& cases() {
  const Tensor lengths = make_tensor("lengths", {3}, std::vector<int32_t>{9, 4, 0});
  static const std::vector<Case> all = {
      {"Text",
       kText,
       {{"V", 11}},
       {make_tensor("lengths", {3}, std::vector<int32_t>{1, 1, 1})},
       9,
       "text",
       "logits"},
      {"Caption", kCaption, {{"V", 11}, {"F", 4}}, {numbers("image", {3, 4})}, 9, "words", "logits"},
      {"Series", kSeries, {{"X", 3}, {"Y", 2}}, {numbers("x", {3, 9, 3}), lengths}, {}, "y", "out"},
      {"Bits", kBits, {{"X", 3}, {"K", 4}}, {numbers("x", {3, 9, 3}), lengths}, {}, "on", "odds"},
      {"Translate",
       kTranslate,
       {{"S", 6}, {"V", 11}},
       {make_tensor("source", {3, 4}, std::vector<int32_t>{1, 2, 3, 4, 5, 0, 0, 0, 3, 3, 1, 0}),
        make_tensor("lengths.source", {3}, std::vector<int32_t>{4, 1, 3})},
       9,
       "words",
       "logits"},
  };
  return all;
}

class FeedBackTest : public testing::TestWithParam<Case> {
 protected:
  FeedBackTest() : model_(GetParam().text, GetParam().sizes) {}

  // Each sequence alone is what it is in the batch.
  void expect_rows_alone(const std::vector<Tensor>& together, EngineKind engine, bool draws) {
    const std::vector<double> lengths = values_of(together, "lengths");
    for (uint64_t row = 0; row < 3; ++row) {
      std::vector<Tensor> data;
      for (const Tensor& one : GetParam().data) data.push_back(row_of(one, row));
      const FeedBackOptions how =
          draws ? drawn(engine, GetParam().length, 5 + row) : by(engine, GetParam().length);
      const std::vector<Tensor> alone = model_.made(data, how);
      EXPECT_EQ(values_of(alone, "lengths")[0], lengths[row]);
      for (const Tensor& one : alone) {
        if (one.name == "lengths") continue;
        const std::vector<double> have = *formats::to_f64(one);
        std::vector<double> want = *formats::to_f64(row_of(*formats::find(together, one.name), row));
        ASSERT_GE(want.size(), have.size()) << one.name;
        want.resize(have.size());  // past its end
        expect_near(have, want, 1e-5, fmt::format("{} of sequence {}", one.name, row));
      }
    }
  }

  FeedBackModel model_;
};

TEST_P(FeedBackTest, ASequenceDoesNotDependOnItsBatch) {
  for (EngineKind engine : {EngineKind::jit, EngineKind::interp}) {
    expect_rows_alone(model_.made(GetParam().data, by(engine, GetParam().length)), engine, false);
    expect_rows_alone(model_.made(GetParam().data, drawn(engine, GetParam().length, 5)), engine, true);
  }
}

TEST_P(FeedBackTest, MachineCodeAndInterpreterAgree) {
  const auto machine = model_.made(GetParam().data, by(EngineKind::jit, GetParam().length));
  const auto interpreter = model_.made(GetParam().data, by(EngineKind::interp, GetParam().length));
  ASSERT_EQ(machine.size(), interpreter.size());
  for (const Tensor& one : machine) {
    EXPECT_EQ(one.shape, formats::find(interpreter, one.name)->shape) << one.name;
    expect_near(*formats::to_f64(one), values_of(interpreter, one.name), 1e-4, one.name);
  }
}

// Teacher forcing with what the model said itself gives the same predictions and last states.
TEST_P(FeedBackTest, IsWhatTheTeacherWouldGive) {
  for (bool draws : {false, true}) {
    const auto how =
        draws ? drawn(EngineKind::interp, GetParam().length, 5) : by(EngineKind::interp, GetParam().length);
    const auto own = model_.made(GetParam().data, how);
    std::vector<Tensor> data;
    for (const Tensor& one : GetParam().data) {
      if (one.name != "lengths") data.push_back(one);
    }
    data.push_back(*formats::find(own, GetParam().target));
    Tensor lengths = *formats::find(own, "lengths");
    lengths.name = std::string("lengths.") + GetParam().target;
    data.push_back(lengths);
    const Arrays taught = model_.taught(data);
    for (const Tensor& one : own) {
      if (one.name == "lengths" || one.name == GetParam().target) continue;
      expect_near(*formats::to_f64(one), *formats::to_f64(model_.as_file(one.name, taught.at(one.name))),
                  1e-9, one.name);
    }
  }
}

TEST_P(FeedBackTest, WhatIsFedBackIsNotAlwaysTheSame) {
  const auto made = model_.made(GetParam().data, by(EngineKind::interp, GetParam().length));
  const std::vector<double> values = values_of(made, GetParam().target);
  EXPECT_NE(*std::ranges::min_element(values), *std::ranges::max_element(values));
}

INSTANTIATE_TEST_SUITE_P(Models, FeedBackTest, testing::ValuesIn(cases()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(FeedBack, DrawsWhatSampleDraws) {
  FeedBackModel model(kText, {{"V", 11}});
  auto steps = make_step_model(model.compiled, model.weights);
  ASSERT_TRUE(static_cast<bool>(steps)) << steps.error().message;
  std::vector<double> sampled;
  const train::SampleOptions how = {.temperature = 0.8f, .top_k = 6, .seed = 4, .length = 40};
  ASSERT_TRUE(train::sample_tokens(**steps, {}, how, [&](int32_t token) {
    sampled.push_back(token);
    return true;
  }));
  FeedBackOptions options = by(EngineKind::jit, 40);
  options.draw = how;
  EXPECT_EQ(values_of(model.made({}, options), "text"), sampled);
}

TEST(FeedBack, GoesOnFromItsLastStates) {
  FeedBackModel model(kSeries, {{"X", 3}, {"Y", 2}});
  const Tensor x = numbers("x", {1, 9, 3});
  auto part = [&](uint64_t first, uint64_t count) {
    Tensor piece = x;
    piece.shape[1] = count;
    const size_t step = x.data.size() / 9;
    piece.data.assign(x.data.begin() + static_cast<std::ptrdiff_t>(first * step),
                      x.data.begin() + static_cast<std::ptrdiff_t>((first + count) * step));
    return piece;
  };
  const auto whole = model.made({x}, by(EngineKind::interp));
  auto first = model.made({part(0, 5)}, by(EngineKind::interp));
  std::vector<Tensor> data = {part(5, 4)};
  for (const Tensor& one : first) {
    if (one.name.starts_with("state.")) data.push_back(one);
  }
  const auto second = model.made(data, by(EngineKind::interp));
  std::vector<double> joined = values_of(first, "out");
  for (double value : values_of(second, "out")) joined.push_back(value);
  expect_near(joined, values_of(whole, "out"), 1e-12, "out");
  expect_near(values_of(second, "state.y.1"), values_of(whole, "state.y.1"), 1e-12, "state.y.1");
  expect_near(values_of(second, "state.y.3"), values_of(whole, "state.y.3"), 1e-12, "state.y.3");
}

TEST(FeedBack, EndsAtTheEndOfTheVocabulary) {
  FeedBackModel model(kText, {{"V", 11}});
  const auto ending = *formats::Vocabulary::make({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "<end>"},
                                                 formats::TextUnit::kCharacter);
  const formats::Vocabularies vocabularies = {{"text", ending}};
  FeedBackOptions options = drawn(EngineKind::jit, {}, 1);
  options.vocabularies = &vocabularies;
  const std::vector<Tensor> data = {make_tensor("lengths", {4}, std::vector<int32_t>{0, 0, 0, 0})};
  const auto made = model.made(data, options);
  const std::vector<double> lengths = values_of(made, "lengths"), text = values_of(made, "text");
  const auto steps = static_cast<size_t>(*std::ranges::max_element(lengths));
  for (size_t row = 0; row < 4; ++row) {
    for (size_t t = 0; t < steps; ++t) {
      const double token = text[row * steps + t], length = lengths[row];
      const double step = static_cast<double>(t + 1);
      EXPECT_EQ(token == 10, step == length);  // the last one is `<end>`, and no other
      EXPECT_EQ(token == -1, step > length);
    }
  }
  EXPECT_NE(*std::ranges::min_element(lengths), static_cast<double>(steps));
  // A vocabulary of something else ends nothing.
  const formats::Vocabularies other = {{"source", ending}};
  options.vocabularies = &other;
  EXPECT_EQ(model.complaint(data, options), "nothing ends the sequence `text`");
  options.vocabularies = &vocabularies;
  for (double& bias : model.weights.at("logits.linear.b"))
    bias = &bias == &model.weights.at("logits.linear.b")[10] ? -1e4 : 0;
  EXPECT_EQ(model.complaint(data, options), "sequence 0 has not come to `<end>` in 10000 steps");
}

TEST(FeedBack, IsAsLongAsWhatItMeets) {
  FeedBackModel model(kSeries, {{"X", 3}, {"Y", 2}});
  const std::vector<Tensor> data = {numbers("x", {2, 5, 3}),
                                    make_tensor("lengths", {2}, std::vector<int32_t>{2, 5})};
  EXPECT_EQ(values_of(model.made(data, by(EngineKind::jit)), "lengths"), (std::vector<double>{2, 5}));
  EXPECT_EQ(values_of(model.made(data, by(EngineKind::jit, 3)), "lengths"), (std::vector<double>{2, 3}));
  const auto none = model.made(data, by(EngineKind::jit, 0));
  EXPECT_EQ(formats::find(none, "out")->shape, (formats::Shape{2, 0, 2}));
  EXPECT_EQ(values_of(none, "state.out.GRU.h"), std::vector<double>(12));
}

TEST(FeedBack, SaysWhatIsNotASequenceEvenOverNoSteps) {
  FeedBackModel model(kCaption, {{"V", 11}, {"F", 4}});
  const std::vector<Tensor> data = {numbers("image", {2, 4})};
  const auto made = model.made(data, by(EngineKind::jit, 3)), none = model.made(data, by(EngineKind::jit, 0));
  EXPECT_EQ(formats::find(made, "start")->shape, (formats::Shape{2, 7}));
  EXPECT_EQ(values_of(none, "start"), values_of(made, "start"));
}

TEST(FeedBack, OfADistributionIsOneOfItsTokens) {
  FeedBackModel model(R"(model Soft[H = 6] {
    target p: seq [K]
    logits = linear[K](RNN[H](p[t-1]))
    loss cross_entropy(logits, p)
  })",
                      {{"K", 5}});
  const std::vector<double> p = values_of(model.made({}, by(EngineKind::jit, 6)), "p");
  ASSERT_EQ(p.size(), 30u);
  for (size_t t = 0; t < 6; ++t) {
    EXPECT_EQ(std::count(p.begin() + static_cast<std::ptrdiff_t>(5 * t),
                         p.begin() + static_cast<std::ptrdiff_t>(5 * t + 5), 1.0),
              1);
    EXPECT_EQ(std::count(p.begin() + static_cast<std::ptrdiff_t>(5 * t),
                         p.begin() + static_cast<std::ptrdiff_t>(5 * t + 5), 0.0),
              4);
  }
}

TEST(FeedBack, SaysWhyItCannot) {
  FeedBackModel backwards(R"(model Backwards[H = 4] {
    input x: seq [X]
    target y: seq [1]
    back = x |> bidirectional[GRU[H]]
    out = linear[1]([back, y[t-1]])
    loss mse(out, y)
  })",
                          {{"X", 3}});
  auto refused = backwards.run({numbers("x", {1, 3, 3})}, {});
  ASSERT_FALSE(static_cast<bool>(refused));
  EXPECT_EQ(refused.error().message, "`Backwards` cannot run step by step on its own predictions");
  EXPECT_EQ(refused.error().help,
            "`reverse`, also that of `bidirectional`, begins at the end of a sequence; `predict --teacher` "
            "feeds the "
            "true targets");
  FeedBackModel nameless(R"(model Nameless[H = 4] {
    target y: seq [1]
    out = linear[1](GRU[H](y[t-1]))
    loss square(out - y)
    output out
  })",
                         {});
  EXPECT_EQ(nameless.complaint({}, by(EngineKind::interp, 3)),
            "nothing says what predicts `y`, whose past the model reads");
  FeedBackModel text(kText, {{"V", 11}});
  EXPECT_EQ(text.complaint({}, {}), "nothing ends the sequence `text`");
  text.weights.at("logits.linear.b")[2] = NAN;
  EXPECT_EQ(text.complaint({}, by(EngineKind::interp, 3)),
            "sequence 0, step 0: the prediction of token 2 is not a number; the weights are damaged");
}

TEST(FeedBack, LeavesAloneWhatNoOutputReads) {
  FeedBackModel model(R"(model Two[H = 4] {
    target y: seq [1]
    target z: seq [1]
    a = linear[1](GRU[H](y[t-1]))
    b = linear[1](GRU[H](z[t-1]))
    loss mse(a, y) + mse(b, z)
    output b
  })",
                      {});
  EXPECT_EQ(targets_read(model.compiled), std::vector<std::string>{"z"});
  for (EngineKind engine : {EngineKind::jit, EngineKind::interp}) {
    const auto made = model.made({}, by(engine, 3));
    EXPECT_NE(formats::find(made, "z"), nullptr);
    EXPECT_EQ(formats::find(made, "y"), nullptr);
  }
}

// What the losses read is not asked for.
TEST(TargetsRead, AreThoseOfTheOutputs) {
  SpecModel model(R"(model M[H = 4] {
    input x: seq [X]
    target y: seq [1]
    out = x |> GRU[H] |> linear[1]
    loss mse(out, y) + square(out - y[t-1])
  })",
                  {{"X", 3}});
  EXPECT_EQ(targets_read(*compile(model.model, {})), std::vector<std::string>{});
  SpecModel text(kText, {{"V", 11}});
  EXPECT_EQ(targets_read(*compile(text.model, {})), std::vector<std::string>{"text"});
}

// All sequences of up to `length` tokens that end with the last one, and of that length that do not, by their
// probability under the true targets: nothing of the search is used.
struct Said {
  std::vector<double> tokens;
  double score;
};
Said likeliest_of_all(FeedBackModel& model, const Tensor& source, int64_t tokens, size_t length) {
  Said best{{}, -1e300};
  std::vector<std::vector<double>> open = {{}};
  while (!open.empty()) {
    const std::vector<double> begun = open.back();
    open.pop_back();
    for (int64_t token = 0; token < tokens; ++token) {
      std::vector<double> said = begun;
      said.push_back(static_cast<double>(token));
      if (token + 1 != tokens && said.size() < length) {
        open.push_back(said);
        continue;
      }
      const std::vector<int32_t> words(said.begin(), said.end());
      const Arrays out = model.taught({source, make_tensor("words", {1, words.size()}, words)});
      const std::vector<double>& logits = out.at("logits").values;
      double score = 0;
      for (size_t t = 0; t < said.size(); ++t) {
        double sum = 0;
        for (int64_t k = 0; k < tokens; ++k)
          sum += std::exp(logits[t * static_cast<size_t>(tokens) + static_cast<size_t>(k)]);
        score += logits[t * static_cast<size_t>(tokens) + static_cast<size_t>(words[t])] - std::log(sum);
      }
      if (score > best.score) best = {said, score};
    }
  }
  return best;
}

TEST(FeedBack, AWideBeamFindsTheLikeliestOfAll) {
  constexpr int64_t kTokens = 3;
  constexpr size_t kLength = 4;
  FeedBackModel model(kTranslate, {{"S", 4}, {"V", kTokens}});
  const formats::Vocabularies vocabularies = {
      {"words", *formats::Vocabulary::make({"a", "b", "<end>"}, formats::TextUnit::kCharacter)}};
  const std::vector<int32_t> sources = {0, 1, 2, 3, 3, 1, 0, 0, 2};
  FeedBackOptions options = by(EngineKind::interp, kLength);
  options.vocabularies = &vocabularies;
  options.beam = 27;
  const auto made = model.made({make_tensor("source", {3, 3}, sources)}, options);
  const std::vector<double> words = values_of(made, "words"), lengths = values_of(made, "lengths");
  const size_t steps = words.size() / 3;
  size_t greedy_differs = 0;
  options.beam = 0;
  const auto greedy = values_of(model.made({make_tensor("source", {3, 3}, sources)}, options), "words");
  for (size_t row = 0; row < 3; ++row) {
    const std::vector<int32_t> own(sources.begin() + static_cast<ptrdiff_t>(row * 3),
                                   sources.begin() + static_cast<ptrdiff_t>(row * 3 + 3));
    const Said best = likeliest_of_all(model, make_tensor("source", {1, 3}, own), kTokens, kLength);
    const auto from = words.begin() + static_cast<ptrdiff_t>(row * steps);
    EXPECT_EQ(std::vector<double>(from, from + static_cast<ptrdiff_t>(lengths[row])), best.tokens) << row;
    const size_t wide = greedy.size() / 3;
    if (!std::equal(best.tokens.begin(), best.tokens.end(),
                    greedy.begin() + static_cast<ptrdiff_t>(row * wide)))
      ++greedy_differs;
  }
  EXPECT_GT(greedy_differs, 0u);  // else nothing was looked for
}

TEST(FeedBack, ABeamOfOneIsGreedyAndItsLogitsAreOfItsOwnWords) {
  FeedBackModel model(kTranslate, {{"S", 4}, {"V", 5}});
  const std::vector<Tensor> data = {make_tensor("source", {2, 3}, std::vector<int32_t>{0, 1, 2, 3, 3, 1})};
  FeedBackOptions options = by(EngineKind::interp, 6);
  const auto greedy = model.made(data, options);
  options.beam = 1;
  EXPECT_EQ(values_of(model.made(data, options), "words"), values_of(greedy, "words"));
  options.beam = 4;
  const auto made = model.made(data, options);
  std::vector<Tensor> taught = data;
  const std::vector<double> words = values_of(made, "words");
  taught.push_back(make_tensor("words", {2, 6}, std::vector<int32_t>(words.begin(), words.end())));
  const Tensor logits = model.as_file("logits", model.taught(taught).at("logits"));
  expect_near(values_of(made, "logits"), *formats::to_f64(logits), 1e-12, "logits");
}

TEST(FeedBack, ABeamFollowsTokensOnly) {
  FeedBackModel model(kSeries, {{"X", 3}, {"Y", 2}});
  FeedBackOptions options = by(EngineKind::interp);
  options.beam = 2;
  EXPECT_EQ(model.complaint({numbers("x", {2, 5, 3})}, options),
            "`Series` does not predict one sequence of tokens");
}

}  // namespace
}  // namespace rnnc::driver
