// `train --gradcheck` passes what is right, and finds what is not.
#include "compiler/driver/gradient_check.h"

#include <cmath>

#include "compiler/driver/call_arguments.h"
#include "compiler/driver/trainable.h"
#include "runtime/train/batch.h"
#include "runtime/train/npz_data.h"
#include "tests/unit/driver/model.h"

namespace rnnc::driver {
namespace {

std::string spec_of(const std::string& cell, const std::string& loss) {
  return "model M[H = 12] {\n  input x: seq [X]\n  target y: seq [1]\n  p = " + cell + "\n  loss " + loss +
         "\n}\n";
}

// Ragged sequences, and the arguments of their second window.
class CheckedModel {
 public:
  explicit CheckedModel(const std::string& text) : spec(text, {{"X", 3}}) {
    CompileOptions options;
    options.training = options.gradient = true;
    compiled = *compile(spec.model, options);
    signature_ = signature_of(compiled);
    std::vector<float> x(3 * 8 * 3), y(3 * 8);
    for (size_t i = 0; i < x.size(); ++i)
      x[i] = static_cast<float>(std::sin(0.7 * static_cast<double>(i + 1)));
    for (size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(std::cos(0.9 * static_cast<double>(i)));
    auto data =
        train::dataset_of({formats::make_tensor("x", {3, 8, 3}, x), formats::make_tensor("y", {3, 8, 1}, y),
                           formats::make_tensor("lengths", {3}, std::vector<int32_t>{8, 5, 7})},
                          signature_, "data");
    data_ = std::move(*data);
  }

  interp::Arguments arguments() {
    train::Arena weights(signature_.parameters);
    fill(weights, *spec.model, initial_values(*spec.model, 2));
    train::Batch batch(signature_, data_);
    const std::vector<int64_t> rows = {2, 0, 1};
    batch.start(rows);
    batch.load({2, 4, true});
    return arguments_of(batch.call(), signature_, weights, compiled);
  }

  SpecModel spec;
  Compiled compiled;

 private:
  train::Signature signature_;
  train::Dataset data_;
};

TEST(CallArguments, AreTheWindowOfTheTrainer) {
  CheckedModel model(spec_of("x |> GRU[H] |> linear[1]", "mse(p, y)"));
  const interp::Arguments arguments = model.arguments();
  EXPECT_EQ(arguments.batch, 3);
  EXPECT_EQ(arguments.steps, (std::map<std::string, int64_t>{{"T", 4}}));
  EXPECT_EQ(arguments.inputs.at("lengths.T").values, (std::vector<double>{4, 4, 3}));
  const interp::Array& x = arguments.inputs.at("x");
  EXPECT_EQ(x.shape, (std::vector<int64_t>{4, 3, 3}));
  EXPECT_EQ(x.values[0],
            static_cast<float>(std::sin(0.7 * (2 * 3 + 1))));  // step 2 of sequence 0, the longest
  EXPECT_EQ(arguments.keys.sequence, (std::vector<uint64_t>{0, 2, 1}));
  EXPECT_EQ(arguments.keys.first_t, (std::vector<uint64_t>{2, 2, 2}));
  EXPECT_EQ(arguments.inputs.at("state.p.GRU.h").values, std::vector<double>(36));
  EXPECT_EQ(arguments.params.at("p.GRU.r.W.x").shape, (std::vector<int64_t>{12, 3}));
}

TEST(GradientCheck, PassesGradientsThatAreRight) {
  for (const char* cell :
       {"x |> GRU[H] |> linear[1]", "x |> RNN[H, relu] |> dropout[0.3] |> linear[1]",
        "x |> sLSTM[2, 4] |> flatten |> linear[1]", "x |> bidirectional[LSTM[H]] |> linear[1]"}) {
    CheckedModel model(spec_of(cell, "mse(p, y)"));
    auto checked = check_gradient(model.compiled, model.arguments(), true, 3);
    ASSERT_TRUE(static_cast<bool>(checked)) << checked.error().message;
    EXPECT_EQ(checked->size(), sema::parameters(*model.spec.model).size());
    int64_t elements = 0;
    for (const CheckedGradient& one : *checked) {
      EXPECT_TRUE(one.good()) << cell << " " << one.parameter << " " << one.differences << " " << one.machine;
      EXPECT_LT(one.differences, 1e-7) << cell << " " << one.parameter;
      elements += one.elements;
    }
    EXPECT_GE(elements, static_cast<int64_t>(2 * checked->size()));
  }
}

TEST(GradientCheck, FindsAGradientOfSomethingElse) {
  CheckedModel model(spec_of("x |> GRU[H] |> linear[1]", "mse(p, y)"));
  CheckedModel other(spec_of("x |> GRU[H] |> linear[1]", "1.001 * mse(p, y)"));
  model.compiled.module.gradient = other.compiled.module.gradient;
  model.compiled.module.dims = other.compiled.module.dims;
  auto checked = check_gradient(model.compiled, model.arguments(), true, 3);
  ASSERT_TRUE(static_cast<bool>(checked)) << checked.error().message;
  for (const CheckedGradient& one : *checked) EXPECT_FALSE(one.good()) << one.parameter;
}

// Differences do not show what `detach` is for.
TEST(GradientCheck, KnowsWhatCutsGradients) {
  CheckedModel model(spec_of("detach(x |> GRU[H]) |> linear[1]", "mse(p, y)"));
  EXPECT_TRUE(detaches(*model.compiled.body));
  EXPECT_FALSE(detaches(*CheckedModel(spec_of("x |> GRU[H] |> linear[1]", "mse(p, y)")).compiled.body));
  auto checked = check_gradient(model.compiled, model.arguments(), true, 3);
  ASSERT_TRUE(static_cast<bool>(checked));
  EXPECT_FALSE(checked->front().good());
  checked = check_gradient(model.compiled, model.arguments(), false, 3);
  ASSERT_TRUE(static_cast<bool>(checked));
  for (const CheckedGradient& one : *checked) EXPECT_TRUE(one.good()) << one.parameter;
}

TEST(GradientCheck, LeavesCornersOut) {
  // The slope of abs at 0 is 0, and the differences' is too; beside it they straddle the corner.
  CheckedModel model(spec_of("x |> linear[1]", "mae(p, y) + 0 * square(p)"));
  auto arguments = model.arguments();
  for (double& element : arguments.params.at("p.linear.W").values) element = 0;
  arguments.params.at("p.linear.b").values[0] = 1e-4;
  for (double& element : arguments.inputs.at("y").values) element = 0;
  auto checked = check_gradient(model.compiled, arguments, true, 3);
  ASSERT_TRUE(static_cast<bool>(checked)) << checked.error().message;
  EXPECT_EQ(checked->back().parameter, "p.linear.b");
  EXPECT_EQ(checked->back().elements, 0);
}

TEST(GradientCheck, WantsALoss) {
  CheckedModel model(spec_of("x |> linear[1]", "mse(p, y) / 0"));
  auto checked = check_gradient(model.compiled, model.arguments(), true, 3);
  ASSERT_FALSE(static_cast<bool>(checked));
  EXPECT_TRUE(checked.error().message.ends_with("before the first step")) << checked.error().message;
}

TEST(Shrunken, KeepsWhatTheDataSay) {
  SpecModel spec(
      "model M[H = 64, E = 6] { input x: seq [X]  target y: seq token[V]\n"
      "  p = x |> linear[E] |> LSTM[H] |> linear[V]\n  loss cross_entropy(p, y) }",
      {{"X", 100}, {"V", 50}});
  auto small = shrunken(spec.spec.program, *spec.spec.program.own.back(), spec.model);
  EXPECT_EQ(small->sizes, (std::map<std::string, int64_t>{{"H", 8}, {"E", 6}, {"X", 100}, {"V", 50}}));
  // Heads that no longer divide: the model stays as it is.
  SpecModel heads(
      "model M[H = 18, N = 3] { input x: seq [X]  target y: seq [1]\n"
      "  p = x |> linear[H] |> reshape[N, H / N] |> flatten |> linear[1]\n  loss mse(p, y) }",
      {{"X", 3}});
  EXPECT_EQ(shrunken(heads.spec.program, *heads.spec.program.own.back(), heads.model), heads.model);
}

}  // namespace
}  // namespace rnnc::driver
