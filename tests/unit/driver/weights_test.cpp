// Parameters to files and back, and what they start as.
#include "compiler/driver/weights.h"

#include <cmath>
#include <set>

#include "tests/unit/driver/model.h"

namespace rnnc::driver {
namespace {

constexpr const char* kWeightsSpec =
    "model M[H = 6] {\n  input x: seq [X]\n  y = x |> LSTM[H] |> linear[2]\n  output y\n}\n";

SpecModel model_of(int64_t inputs) { return SpecModel(kWeightsSpec, {{"X", inputs}}); }

const formats::Tensor& tensor(const std::vector<formats::Tensor>& tensors, const std::string& name) {
  const formats::Tensor* found = formats::find(tensors, name);
  EXPECT_NE(found, nullptr) << name;
  return *found;
}

TEST(Weights, GoToFilesAndBackUnchanged) {
  SpecModel spec = model_of(4);
  const Values values = initial_values(*spec.model, 3);
  const auto tensors = to_tensors(*spec.model, values, Terms::value, formats::DType::kF32);
  EXPECT_EQ(tensor(tensors, "y.LSTM.weight_ih_l0").shape, (formats::Shape{24, 4}));
  auto back = from_tensors(*spec.model, tensors, "w");
  ASSERT_TRUE(static_cast<bool>(back)) << back.error().message;
  EXPECT_EQ(*back, values);
}

TEST(Weights, OfASumAreInTheFirstAndTheirGradientInBoth) {
  SpecModel spec = model_of(4);
  const Values values = initial_values(*spec.model, 3);
  const auto weights = to_tensors(*spec.model, values, Terms::value, formats::DType::kF64);
  const auto gradient = to_tensors(*spec.model, values, Terms::gradient, formats::DType::kF64);
  const auto first = *formats::to_f64(tensor(weights, "y.LSTM.bias_ih_l0"));
  EXPECT_EQ(first[6], 1);  // f.b ~ ones
  EXPECT_EQ(*formats::to_f64(tensor(weights, "y.LSTM.bias_hh_l0")), std::vector<double>(24));
  EXPECT_EQ(tensor(gradient, "y.LSTM.bias_hh_l0").data, tensor(gradient, "y.LSTM.bias_ih_l0").data);
}

TEST(Weights, AreFoundWithoutTheLayersNumber) {
  SpecModel spec = model_of(4);
  auto tensors = to_tensors(*spec.model, initial_values(*spec.model, 3), Terms::value, formats::DType::kF32);
  for (formats::Tensor& one : tensors) {
    if (one.name.ends_with("_l0")) one.name.resize(one.name.size() - 3);
  }
  EXPECT_TRUE(static_cast<bool>(from_tensors(*spec.model, tensors, "w")));
}

TEST(Weights, OfAnotherModelAreRefusedWithEveryDifference) {
  SpecModel spec = model_of(4);
  auto tensors = to_tensors(*spec.model, initial_values(*spec.model, 3), Terms::value, formats::DType::kF32);
  SpecModel wider = model_of(5);
  auto refused = from_tensors(*wider.model, tensors, "w");
  ASSERT_FALSE(static_cast<bool>(refused));
  EXPECT_EQ(refused.error().message, "`w` does not hold the weights of `M`");
  EXPECT_EQ(refused.error().notes,
            (std::vector<std::string>{"y.LSTM.weight_ih_l0 is [24, 4] in the file, [24, 5] in the model"}));
  tensors.front().name = "other";
  auto renamed = from_tensors(*spec.model, tensors, "w");
  ASSERT_FALSE(static_cast<bool>(renamed));
  EXPECT_EQ(renamed.error().notes.size(), 2u);  // one is missing, one is too much
}

TEST(Weights, TheirOriginSurvivesTheFile) {
  SpecModel spec = model_of(4);
  const Origin origin = origin_of(spec.spec, *spec.model);
  const Origin back = from_metadata(to_metadata(origin));
  EXPECT_EQ(back.text.spec, kWeightsSpec);
  EXPECT_TRUE(back.complete);
  EXPECT_EQ(back.model, "M");
  EXPECT_EQ(back.sizes, spec.model->sizes);
  EXPECT_EQ(from_metadata({{"sizes", "[]"}}).sizes.size(), 0u);
  EXPECT_EQ(from_metadata({{"format", "rnnc"}, {"sizes", "{\"H\":\"x\""}}).sizes.size(), 0u);
}

sema::Parameter parameter(sema::Initialiser::Kind kind, int64_t rows, int64_t columns,
                          std::vector<double> arguments = {}) {
  sema::Parameter result;
  result.path = "f.W.x";
  result.shape = {rows, columns};
  result.rows = rows;
  result.columns = columns;
  result.initialiser = {kind, std::move(arguments)};
  return result;
}

TEST(Initialise, DependsOnSeedAndPathAlone) {
  using Kind = sema::Initialiser::Kind;
  sema::Parameter one = parameter(Kind::normal, 4, 4, {0, 1});
  const auto values = initial_value(one, 1);
  EXPECT_EQ(initial_value(one, 1), values);
  EXPECT_NE(initial_value(one, 2), values);
  one.path = "g.W.x";
  EXPECT_NE(initial_value(one, 1), values);
}

TEST(Initialise, GlorotFillsItsRange) {
  const auto values = initial_value(parameter(sema::Initialiser::Kind::glorot_uniform, 30, 70), 1);
  const double bound = std::sqrt(6.0 / 100);
  double sum = 0, most = 0;
  for (double value : values) {
    sum += value;
    most = std::max(most, std::abs(value));
  }
  EXPECT_LE(most, bound);
  EXPECT_GT(most, 0.99 * bound);
  EXPECT_LT(std::abs(sum / static_cast<double>(values.size())), 0.05 * bound);
}

TEST(Initialise, OrthogonalRowsOrColumns) {
  for (auto [rows, columns] : {std::pair{5, 9}, std::pair{9, 5}, std::pair{7, 7}}) {
    const auto m = initial_value(parameter(sema::Initialiser::Kind::orthogonal, rows, columns), 1);
    const bool wide = rows <= columns;
    const int count = wide ? rows : columns, length = wide ? columns : rows;
    auto at = [&](int i, int k) { return m[static_cast<size_t>(wide ? i * columns + k : k * columns + i)]; };
    for (int i = 0; i < count; ++i) {
      for (int j = 0; j <= i; ++j) {
        double dot = 0;
        for (int k = 0; k < length; ++k) dot += at(i, k) * at(j, k);
        EXPECT_NEAR(dot, i == j ? 1 : 0, 1e-6);
      }
    }
  }
}

TEST(Initialise, LinspaceEndsWhereItSays) {
  const auto values = initial_value(parameter(sema::Initialiser::Kind::linspace, 4, 1, {3, 6}), 1);
  EXPECT_EQ(values, (std::vector<double>{3, 4, 5, 6}));
}

}  // namespace
}  // namespace rnnc::driver
