// Gradients through time against what they are by definition: closed forms, and the loss of what follows a
// state that was moved.
#include <algorithm>
#include <cmath>

#include "compiler/driver/flow.h"
#include "compiler/driver/run_inputs.h"
#include "compiler/driver/step_jacobian.h"
#include "tests/support/random_arguments.h"
#include "tests/unit/driver/model.h"

namespace rnnc::driver {
namespace {

using interp::Array;
using testing::RandomArrays;

// A model with fresh weights on random ragged sequences.
struct FlowModel {
  FlowModel(const std::string& text, std::vector<double> lengths,
            const std::map<std::string, int64_t>& sizes = {{"X", 3}})
      : spec(text, sizes), plain(*compile(spec.model, for_gradient(*spec.model->body))) {
    objective = *objective_of(*plain.body, {});
    probed = *compile(spec.model, for_flow(objective, {}));
    arguments.params = to_params(*spec.model, initial_values(*spec.model, 3));
    arguments.batch = static_cast<int64_t>(lengths.size());
    const auto steps = static_cast<int64_t>(*std::max_element(lengths.begin(), lengths.end()));
    arguments.steps["T"] = steps;
    RandomArrays random(5);
    for (const ir::NamedType& input : ir::inputs_of(plain.module.forward)) {
      Array array =
          random.make(input.type.element, testing::shape_of(input.type, plain.module.dims, arguments));
      if (input.name == "sequence.begins") array.values.assign(array.values.size(), 1);
      if (input.name == "lengths.T") array.values = lengths;
      if (input.name.starts_with("state.")) array.values.assign(array.values.size(), first(input.name));
      arguments.inputs[input.name] = std::move(array);
    }
  }
  double first(const std::string& name) const {
    for (const ir::StateEntry& entry : plain.module.state) {
      if ("state." + entry.path == name) return entry.first;
    }
    return 0;
  }

  Flow flow(EngineKind engine = EngineKind::interp) const {
    auto flow = measure_flow(probed, objective, arguments, engine);
    EXPECT_TRUE(static_cast<bool>(flow)) << flow.error().message;
    return std::move(*flow);
  }

  SpecModel spec;
  Compiled plain, probed;
  Objective objective;
  interp::Arguments arguments;
};

std::string last_of(const std::string& layer) {
  return "model M { input x: seq [X]  target y: [2]\n  p = x |> " + layer +
         " |> last |> linear[2]\n  loss mse(p, y) }\n";
}

// Steps [from, to) of all sequences, which must have them; `state` is where they stand.
interp::Arguments window(const FlowModel& model, int64_t from, int64_t to, const Arrays& state) {
  interp::Arguments part = model.arguments;
  part.steps["T"] = to - from;
  for (double& length : part.inputs.at("lengths.T").values) length = static_cast<double>(to - from);
  Array& x = part.inputs.at("x");
  const auto row = static_cast<ptrdiff_t>(x.values.size()) / x.shape[0];
  x.values = {x.values.begin() + from * row, x.values.begin() + to * row};
  x.shape[0] = to - from;
  for (const auto& [name, array] : state) {
    if (name.starts_with("state.")) part.inputs[name] = array;
  }
  if (from > 0 && part.inputs.contains("sequence.begins"))
    part.inputs["sequence.begins"].values.assign(static_cast<size_t>(part.batch), 0);
  return part;
}

double loss_after(const FlowModel& model, int64_t from, int64_t steps, const Arrays& state) {
  const ir::Module& module = model.plain.module;
  return interp::interpret(module.forward, module.dims, window(model, from, steps, state))
      ->at("loss")
      .values[0];
}

// The State after t steps.
Arrays state_after(const FlowModel& model, int64_t t) {
  const ir::Module& module = model.plain.module;
  if (t == 0) return model.arguments.inputs;
  return *interp::interpret(module.forward, module.dims, window(model, 0, t, {}));
}

// By central differences of the loss of what comes after t steps, by one state there, the others as they
// were.
std::vector<double> slopes_after(const FlowModel& model, const std::string& path, int64_t t, int64_t steps) {
  Arrays state = state_after(model, t);
  std::vector<double> slopes;
  constexpr double kStep = 1e-5;
  for (double& element : state.at("state." + path).values) {
    const double middle = element;
    element = middle + kStep;
    const double above = loss_after(model, t, steps, state);
    element = middle - kStep;
    const double below = loss_after(model, t, steps, state);
    element = middle;
    slopes.push_back((above - below) / (2 * kStep));
  }
  return slopes;
}

// Of an LSTM's c the step t itself makes h = o tanh(c), so that a part comes by way of h.
std::vector<double> slopes_of(const FlowModel& model, const std::string& path, int64_t t, int64_t steps) {
  std::vector<double> slopes = slopes_after(model, path, t, steps);
  if (!path.ends_with(".c") || t == 0) return slopes;
  const std::string output = path.substr(0, path.size() - 1) + "h";
  const Arrays state = state_after(model, t);
  const std::vector<double> by_output = slopes_after(model, output, t, steps);
  for (size_t i = 0; i < slopes.size(); ++i) {
    const double squashed = std::tanh(state.at("state." + path).values[i]);
    const double gate = state.at("state." + output).values[i] / squashed;
    slopes[i] += by_output[i] * gate * (1 - squashed * squashed);
  }
  return slopes;
}

// The mean over the sequences of the norms of rows.
double mean_norm(const std::vector<double>& rows, size_t sequences) {
  std::vector<double> squares(sequences);
  for (size_t i = 0; i < rows.size(); ++i) squares[i * sequences / rows.size()] += rows[i] * rows[i];
  double sum = 0;
  for (double square : squares) sum += std::sqrt(square);
  return sum / static_cast<double>(sequences);
}

// The loss is of the last step only, so that before it a state matters by later steps alone.
TEST(GradFlow, IsTheSlopeByTheStateAtEachStep) {
  constexpr int64_t kSteps = 6;
  for (const char* layer : {"RNN[4]", "LSTM[4]", "GRUv3[4]", "stack[LSTM[3], 2]"}) {
    const FlowModel model(last_of(layer), {kSteps, kSteps});
    const Flow flow = model.flow();
    EXPECT_GE(flow.states.size(), 1u);
    for (const StateFlow& state : flow.states) {
      // The upper layer reads the lower one within the step.
      const int64_t until = state.path.find(".stack.0.") == std::string::npos ? kSteps : 1;
      for (int64_t t = 0; t < until; ++t) {
        const double expected = mean_norm(slopes_of(model, state.path, t, kSteps), 2);
        EXPECT_NEAR(state.at(t), expected, 1e-8) << layer << " " << state.path << " " << t;
      }
    }
  }
}

TEST(GradFlow, IsTheSameFromMachineCode) {
  for (const char* layer : {"LSTM[4]", "sLSTM[2, 3] |> flatten", "bidirectional[GRU[4]]"}) {
    const FlowModel model(last_of(layer), {6, 2, 4});
    const Flow exact = model.flow(), machine = model.flow(EngineKind::jit);
    ASSERT_EQ(exact.states.size(), machine.states.size());
    for (size_t i = 0; i < exact.states.size(); ++i) {
      for (int64_t t = 0; t <= 7; ++t) {
        const double expected = exact.states[i].at(t);
        if (std::isnan(expected)) continue;
        EXPECT_NEAR(machine.states[i].at(t), expected, 1e-5)
            << layer << " " << exact.states[i].path << " " << t;
      }
    }
  }
}

// All passes included, the model with probes of zeros computes what it did.
TEST(GradFlow, ProbesChangeNoResult) {
  for (const char* layer : {"LSTM[4]", "mLSTM[2, 3] |> flatten", "bidirectional[GRU[4]]", "minLSTM[4]"}) {
    FlowModel model(last_of(layer), {6, 2, 4});
    for (const ir::NamedType& input : ir::inputs_of(model.probed.module.forward)) {
      if (model.arguments.inputs.contains(input.name)) continue;
      Array zeros = RandomArrays(1).make(
          input.type.element, testing::shape_of(input.type, model.probed.module.dims, model.arguments));
      zeros.values.assign(zeros.values.size(), 0);
      model.arguments.inputs[input.name] = std::move(zeros);
    }
    const auto plain =
        interp::interpret(model.plain.module.forward, model.plain.module.dims, model.arguments);
    const auto probed =
        interp::interpret(model.probed.module.forward, model.probed.module.dims, model.arguments);
    ASSERT_TRUE(plain && probed);
    EXPECT_EQ(*plain, *probed) << layer;
  }
}

// Of the backward half the gradient is largest where it ends, at the first step.
TEST(GradFlow, RunsBackwardsWhereTheStateDoes) {
  const FlowModel model(
      "model M { input x: seq [X]  target y: [2]\n  p = x |> reverse |> RNN[4] |> last |> linear[2]\n"
      "  loss mse(p, y) }\n",
      {5, 3});
  const Flow flow = model.flow();
  const StateFlow& state = flow.states.at(0);
  EXPECT_TRUE(state.backwards);
  EXPECT_TRUE(std::isnan(state.at(0)));
  EXPECT_EQ(state.at(1), state.before_end(0));
  EXPECT_EQ(state.at(5), state.norms[0][1]);  // of the longer sequence alone ...
  EXPECT_EQ(state.at(6), state.norms[0][0]);  // ... and behind it its first value
}

TEST(GradFlow, CountsTimeFromTheStartAndDistanceFromEachEnd) {
  const FlowModel model(last_of("RNN[4]"), {5, 3, 0});
  const StateFlow state = model.flow().states.at(0);
  EXPECT_EQ(state.norms[0].size(), 6u);
  EXPECT_EQ(state.norms[1].size(), 4u);
  EXPECT_EQ(state.at(2), (state.norms[0][2] + state.norms[1][2]) / 2);
  EXPECT_EQ(state.at(4), state.norms[0][4]);
  EXPECT_EQ(state.before_end(0), (state.norms[0][5] + state.norms[1][3]) / 2);
  EXPECT_EQ(state.before_end(3), (state.norms[0][2] + state.norms[1][0]) / 2);
  EXPECT_TRUE(std::isnan(state.at(6)));
}

TEST(GradFlow, WantsStatesAndSomethingToDifferentiate) {
  const FlowModel still(
      "model M { input x: seq [X]  target y: [2]\n  p = x[t-1] |> linear[2] |> last\n  loss mse(p, y) }",
      {3});
  auto none = measure_flow(still.probed, still.objective, still.arguments, EngineKind::interp);
  ASSERT_FALSE(static_cast<bool>(none));
  EXPECT_EQ(none.error().code, diagnostics::Code::no_states);
  // Without an input nothing tells how many steps there are.
  FlowModel alone("cell C { state h: [] = 1  h = tanh(h[t-1])  output h }", {3}, {});
  alone.arguments.steps.clear();
  none = measure_flow(alone.probed, alone.objective, alone.arguments, EngineKind::interp);
  ASSERT_FALSE(static_cast<bool>(none));
  EXPECT_EQ(none.error().code, diagnostics::Code::data_missing);
}

// The program of the lecture: h_t = tanh(w h_{t-1}), h_0 = 0.5, so ∂h_T/∂h_t = Π w (1 - h_k²) over k = t+1
// ... T.
TEST(GradFlow, ReproducesTheClosedFormOfTheLecture) {
  constexpr int64_t kSteps = 10, kValues = 161;
  FlowModel model("cell Lecture { input w: []  state h: [] = 0.5  h = tanh(w * h[t-1])  output h }",
                  std::vector<double>(kValues, kSteps), {});
  std::vector<double>& w = model.arguments.inputs.at("w").values;
  for (size_t i = 0; i < w.size(); ++i) w[i] = -4 + 0.05 * static_cast<double>(i % kValues);
  EXPECT_EQ(model.objective.kind, Objective::Kind::outputs);
  for (EngineKind engine : {EngineKind::interp, EngineKind::jit}) {
    const StateFlow state = model.flow(engine).states.at(0);
    const auto made = make_engine(engine, model.plain.module.forward, model.plain.module.dims);
    const std::vector<double> states = (*made)->run(model.arguments)->at("h").values;
    for (size_t i = 0; i < kValues; ++i) {
      std::vector<double> h = {0.5}, gradient(kSteps + 1, 1);
      for (size_t t = 1; t <= kSteps; ++t) h.push_back(std::tanh(w[i] * h.back()));
      for (size_t t = kSteps; t-- > 0;) gradient[t] = gradient[t + 1] * w[i] * (1 - h[t + 1] * h[t + 1]);
      for (size_t t = 1; t <= kSteps; ++t) EXPECT_NEAR(states[(t - 1) * kValues + i], h[t], 1e-6) << w[i];
      for (size_t t = 0; t <= kSteps; ++t) {
        EXPECT_NEAR(state.norms[i][t], std::abs(gradient[t]), 1e-6 * std::max(1.0, std::abs(gradient[t])))
            << "w = " << w[i] << ", t = " << t;
      }
      EXPECT_NEAR(state.by_first[i][0], gradient[0], 1e-6 * std::max(1.0, std::abs(gradient[0]))) << w[i];
      EXPECT_NEAR(state.last[i][0], h[kSteps], 1e-6);
    }
  }
}

// ---------------------------------------------------------------- one step

StepJacobians jacobians_of(const FlowModel& model, int64_t sequences = 1,
                           EngineKind engine = EngineKind::interp) {
  auto made = step_jacobians(model.spec.model, model.arguments, engine, sequences);
  EXPECT_TRUE(static_cast<bool>(made)) << made.error().message;
  return std::move(*made);
}

TEST(StepJacobian, OfCellsWhoseMatrixIsKnown) {
  const FlowModel crossed(
      "cell C { input x: []  state a, b: []  a = 2 * b[t-1] + x  b = 3 * a[t-1]  output a }", {4}, {});
  const StepJacobians two = jacobians_of(crossed);
  ASSERT_EQ(two.layers.size(), 1u);
  EXPECT_EQ(two.layers[0].states, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(two.layers[0].joined[0].size(), 4u);
  for (double norm : two.layers[0].joined[0]) EXPECT_NEAR(norm, 3, 1e-6);
  for (const StepNorms& alone : two.layers[0].alone) EXPECT_EQ(alone[0][2], 0);
  // h[t-2] is part of the layer: [1 1; 1 0].
  const FlowModel delayed("cell F { input x: []  state h: [] = 1  h = h[t-1] + h[t-2] + x  output h }", {3},
                          {});
  const StepJacobians one = jacobians_of(delayed);
  for (double norm : one.layers.at(0).joined.at(0)) EXPECT_NEAR(norm, (1 + std::sqrt(5)) / 2, 1e-6);
}

// w (1 - h²), at the states that the sequences really have; the last one is shorter.
TEST(StepJacobian, IsTakenAtTheStatesOfTheSequence) {
  const FlowModel model("cell L { input w: []  state h: [] = 0.5  h = tanh(w * h[t-1])  output h }",
                        {4, 4, 2}, {});
  for (EngineKind engine : {EngineKind::interp, EngineKind::jit}) {
    const LayerJacobian layer = jacobians_of(model, 3, engine).layers.at(0);
    ASSERT_EQ(layer.joined.size(), 3u);
    EXPECT_TRUE(layer.alone.empty());
    for (size_t k = 0; k < 3; ++k) {
      double h = 0.5;
      ASSERT_EQ(layer.joined[k].size(), k == 2 ? 2u : 4u);
      for (size_t t = 0; t < layer.joined[k].size(); ++t) {
        const double w = model.arguments.inputs.at("w").values[t * 3 + k];
        h = std::tanh(w * h);
        EXPECT_NEAR(layer.joined[k][t], std::abs(w * (1 - h * h)), 1e-6);
      }
    }
  }
}

// A learned first value is not the one that the State holds before the start.
TEST(StepJacobian, BeginsWhereTheModelDoes) {
  const FlowModel model(
      "cell L { input x: []  param s: [] ~ constant(2)  state h: [] = s  h = square(h[t-1])  output h }", {2},
      {});
  const StepNorms norms = jacobians_of(model).layers.at(0).joined;
  EXPECT_NEAR(norms[0][0], 4, 1e-6);
  EXPECT_NEAR(norms[0][1], 8, 1e-6);
}

TEST(StepJacobian, NeedsNoOutputAtEachStep) {
  const StepJacobians made = jacobians_of(FlowModel(last_of("stack[LSTM[3], 2]"), {3, 3}));
  EXPECT_EQ(made.refusal, "");
  ASSERT_EQ(made.layers.size(), 2u);
  EXPECT_GT(made.layers[1].joined[0][2], 0);
  EXPECT_EQ(made.layers[1].alone.size(), 2u);
}

TEST(StepJacobian, OfNoSteps) {
  const FlowModel model(last_of("RNN[3]"), {0, 0});
  EXPECT_TRUE(jacobians_of(model).layers.empty());
  EXPECT_TRUE(std::isnan(model.flow().states.at(0).at(0)));
}

TEST(StepJacobian, IsRefusedWhereStepsHaveAFuture) {
  EXPECT_TRUE(
      jacobians_of(FlowModel(last_of("bidirectional[GRU[3]]"), {3})).refusal.starts_with("`reverse`"));
  const FlowModel again(
      "model M { input x: seq [X]  target y: [3]\n  a = x |> RNN[3]\n"
      "  p = x |> RNN[3](init = final(a)) |> last\n  loss mse(p, y) }",
      {3});
  EXPECT_TRUE(jacobians_of(again).refusal.starts_with("`final`"));
}

}  // namespace
}  // namespace rnnc::driver
