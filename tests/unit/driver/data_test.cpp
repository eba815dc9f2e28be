// Arrays of files as arguments: what fits is laid out as functions want it, what does not is told in the
// names of the spec.
#include "compiler/driver/data.h"

#include "tests/unit/driver/model.h"

namespace rnnc::driver {
namespace {

using formats::make_tensor;
using formats::Tensor;

constexpr const char* kSpec =
    "model M[H = 2] {\n"
    "  input x: seq [X]\n"
    "  input w: seq token[V]\n"
    "  y = LSTM[H](x) |> linear[H]\n"
    "  z = w |> embed[H]\n"
    "  output s = y + z\n"
    "}\n";

class DataTest : public testing::Test {
 protected:
  DataTest() : model_(kSpec, {{"X", 3}, {"V", 5}}), compiled_(*compile(model_.model, {})) {}

  Outcome<interp::Arguments> read(const std::vector<Tensor>& data) {
    return arguments_from(data, compiled_, compiled_.module.forward, {}, "in.npz");
  }
  // The message of what is refused.
  std::string complaint(const std::vector<Tensor>& data) {
    auto arguments = read(data);
    return arguments ? "taken" : arguments.error().message;
  }
  static Tensor x(uint64_t batch = 2, uint64_t steps = 4) {
    std::vector<double> values(batch * steps * 3);
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
    return make_tensor("x", {batch, steps, 3}, values);
  }
  static Tensor w(std::vector<int32_t> values = {0, 1, 2, 3, 4, -1, 0, 1}) {
    return make_tensor("w", {2, 4}, values);
  }

  SpecModel model_;
  Compiled compiled_;
};

TEST_F(DataTest, SequencesComeWithTheBatchOutside) {
  auto arguments = read({x(), w()});
  ASSERT_TRUE(static_cast<bool>(arguments)) << arguments.error().message;
  EXPECT_EQ(arguments->batch, 2);
  EXPECT_EQ(arguments->steps.at("T"), 4);
  const interp::Array& array = arguments->inputs.at("x");
  EXPECT_EQ(array.shape, (std::vector<int64_t>{4, 2, 3}));  // [T, B, X]
  EXPECT_EQ(array.values[3], 12);                           // t 0, sequence 1
  EXPECT_EQ(array.values[6], 3);                            // t 1, sequence 0
  EXPECT_EQ(arguments->inputs.at("w").values, (std::vector<double>{0, 4, 1, -1, 2, 0, 3, 1}));
  EXPECT_EQ(arguments->inputs.at("lengths.T").values, (std::vector<double>{4, 4}));
}

TEST_F(DataTest, ResultsGoBackTheSameWay) {
  auto arguments = read({x(), w()});
  ASSERT_TRUE(static_cast<bool>(arguments));
  const ir::Function& forward = compiled_.module.forward;
  for (const ir::NamedType& input : ir::inputs_of(forward)) {
    if (input.name != "x") continue;
    const Tensor back =
        to_tensor("x", arguments->inputs.at("x"), input.type, compiled_.module.dims, formats::DType::kF64);
    EXPECT_EQ(back.shape, x().shape);
    EXPECT_EQ(back.data, x().data);
  }
}

TEST_F(DataTest, FirstValuesMayBeGiven) {
  auto arguments = read({x(), w(), make_tensor("state.y.LSTM.h", {2, 2}, std::vector<double>{1, 2, 3, 4})});
  ASSERT_TRUE(static_cast<bool>(arguments)) << arguments.error().message;
  EXPECT_EQ(arguments->inputs.at("state.y.LSTM.h").values, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(arguments->inputs.at("state.y.LSTM.c").values, (std::vector<double>{0, 0, 0, 0}));
}

TEST(Data, ASequenceThatIsNotReadSaysHowManySteps) {
  const SpecModel model(
      "cell Counter { input x: [X]  state n: []  n = n[t-1] + 1  output n }\n"
      "model M { input x: seq [2]  y = Counter(x)  output y }\n",
      {});
  const Compiled compiled = *compile(model.model, {});
  const std::vector<Tensor> data = {make_tensor("x", {1, 3, 2}, std::vector<double>(6)),
                                    make_tensor("lengths", {1}, std::vector<int32_t>{2})};
  auto arguments = arguments_from(data, compiled, compiled.module.forward, {}, "in.npz");
  ASSERT_TRUE(static_cast<bool>(arguments)) << arguments.error().message;
  EXPECT_EQ(arguments->steps.at("T"), 3);
  EXPECT_EQ(arguments->inputs.at("lengths.T").values, (std::vector<double>{2}));
}

TEST_F(DataTest, WhatIsMissingIsNamed) {
  EXPECT_EQ(complaint({x()}), "`in.npz`: there is no array `w` [B, T]");
  EXPECT_EQ(complaint({}), "`in.npz`: there is no array `x` [B, T, 3]");
}

TEST_F(DataTest, WhatNothingReadsIsRefused) {
  EXPECT_EQ(complaint({x(), w(), make_tensor("xs", {2}, std::vector<double>{1, 2})}),
            "`in.npz`: `xs` is no input, target, state or output of `M`");
}

TEST_F(DataTest, ShapesThatDoNotFitAreShownBesideWhatIsWanted) {
  EXPECT_EQ(complaint({make_tensor("x", {2, 4, 7}, std::vector<double>(56)), w()}),
            "`in.npz`: `x` is [2, 4, 7], the model wants [B, T, 3]; B is 2 by `x`");
  EXPECT_EQ(complaint({x(2, 3), w()}),
            "`in.npz`: `w` is [2, 4], the model wants [B, T]; B is 2 by `x`; T is 3 by `x`");
  EXPECT_EQ(complaint({x(3, 4), w()}),
            "`in.npz`: `w` is [2, 4], the model wants [B, T]; B is 3 by `x`; T is 4 by `x`");
}

TEST_F(DataTest, TokensAreOfTheirVocabulary) {
  EXPECT_EQ(complaint({x(), w({0, 1, 2, 3, 4, 5, 0, 1})}),
            "`in.npz`: `w` holds 5 at [1, 1]; a token is a whole number in [0, 5), or -1 for none");
  EXPECT_EQ(complaint({x(), make_tensor("w", {2, 4}, std::vector<double>{0, 1, 0.5, 0, 0, 0, 0, 0})}),
            "`in.npz`: `w` holds 0.5 at [0, 2]; a token is a whole number in [0, 5), or -1 for none");
}

TEST_F(DataTest, LengthsAreWithinTheSequences) {
  auto arguments = read({x(), w(), make_tensor("lengths", {2}, std::vector<int32_t>{4, 0})});
  ASSERT_TRUE(static_cast<bool>(arguments));
  EXPECT_EQ(arguments->inputs.at("lengths.T").values, (std::vector<double>{4, 0}));
  EXPECT_EQ(complaint({x(), w(), make_tensor("lengths", {2}, std::vector<int32_t>{4, 5})}),
            "`in.npz`: `lengths` holds 5 at [1]; the sequences of `x` have 4 steps");
  EXPECT_EQ(complaint({x(), w(), make_tensor("lengths", {3}, std::vector<int32_t>{4, 1, 1})}),
            "`in.npz`: `lengths` is [3], and there are 2 sequences");
}

TEST(DataSizes, AreTakenFromShapes) {
  SpecModel model(kSpec, {{"X", 3}, {"V", 5}});
  const Tensor x = make_tensor("x", {2, 4, 7}, std::vector<double>(56));
  EXPECT_EQ(sizes_from({x}, *model.model->body), (std::map<std::string, int64_t>{{"X", 7}}));
}

TEST(DataOfSeveralTimes, SaysWhichSequenceMakesALength) {
  const SpecModel model(
      "model R {\n  input z: seq [X]\n  input x: seq [2]\n  output y = repeat(last(z), x) |> GRU[4]\n}\n",
      {{"X", 3}});
  const Compiled compiled = *compile(model.model, {});
  const Tensor z = make_tensor("z", {1, 3, 3}, std::vector<double>(9));
  auto arguments = arguments_from({z}, compiled, compiled.module.forward, {}, "in.npz");
  ASSERT_FALSE(static_cast<bool>(arguments));
  EXPECT_EQ(arguments.error().message, "`in.npz`: nothing says how many steps a sequence `x` has");
  EXPECT_EQ(arguments.error().help, "it needs the array `x`, also where only its steps count");
  const Tensor x = make_tensor("x", {1, 2, 2}, std::vector<double>(4));
  EXPECT_TRUE(static_cast<bool>(arguments_from({z, x}, compiled, compiled.module.forward, {}, "in.npz")));
}

}  // namespace
}  // namespace rnnc::driver
