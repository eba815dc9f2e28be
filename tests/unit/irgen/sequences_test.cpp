// A model over a batch of sequences of all lengths is the same as over each of them alone; over windows, the
// State carried along, the same as over the whole.
#include <gtest/gtest.h>

#include "tests/support/programs.h"
#include "tests/unit/irgen/run.h"

namespace rnnc::irgen {
namespace {

using ir::DimKind;

// Sequence `row` of a batch alone, with no more steps than it has.
interp::Arguments alone(const ModelRun& model, const interp::Arguments& all, const Lengths& lengths,
                        int64_t row) {
  interp::Arguments one = all;
  one.batch = 1;
  for (const auto& [time, of] : lengths) one.steps[time] = of[static_cast<size_t>(row)];
  for (auto& [name, array] : one.inputs) {
    if (name.starts_with("lengths.") || name == "sequence.begins") {
      array = part(array, 0, row, 1);
      continue;
    }
    const ir::Type type = model.input_type(name);
    int time = model.axis(type, DimKind::time), batch = model.axis(type, DimKind::batch);
    if (time >= 0) {
      const std::string& dim = model.module().dims[type.dims[static_cast<size_t>(time)]].name;
      array = part(array, static_cast<size_t>(time), 0, one.steps.at(dim));
    }
    array = part(array, static_cast<size_t>(batch), row, 1);
  }
  return one;
}

void expect_row(const ModelRun& model, const std::string& name, const Array& together, const Array& apart,
                int64_t row) {
  const ir::Type type = model.result_type(name);
  int time = model.axis(type, DimKind::time), batch = model.axis(type, DimKind::batch);
  Array mine = part(together, static_cast<size_t>(batch), row, 1);
  if (time >= 0) {
    const int64_t steps = apart.shape[static_cast<size_t>(time)], all = mine.shape[static_cast<size_t>(time)];
    Array past_end = part(mine, static_cast<size_t>(time), steps, all - steps);
    for (double value : past_end.values) EXPECT_EQ(value, 0) << name;
    mine = part(mine, static_cast<size_t>(time), 0, steps);
  }
  EXPECT_LE(difference(mine, apart), kEqual) << name << " of sequence " << row;
}

void expect_rows_alone(const ModelRun& model) {
  Lengths lengths;
  for (const std::string& time : model.times()) {
    lengths[time] = lengths.empty() ? std::vector<int64_t>{4, 2, 0, 3} : std::vector<int64_t>{1, 3, 2, 0};
  }
  const interp::Arguments all = model.random(lengths, 4);
  const Arrays together = model.forward(all);
  std::map<std::string, double> sums;
  for (int64_t row = 0; row < 4; ++row) {
    const Arrays apart = model.forward(alone(model, all, lengths, row));
    for (const auto& [name, value] : apart) {
      if (!ModelRun::is_loss(name)) expect_row(model, name, together.at(name), value, row);
      if (name.starts_with("loss.")) sums[name] += value.values[0];
    }
  }
  for (const auto& [name, sum] : sums) EXPECT_NEAR(together.at(name).values[0], sum, 1e-11) << name;
}

TEST(Sequences, AreTheSameAlone) {
  testing::for_each_program([&](const std::string&, testing::Spec& spec, const ast::Body& body) {
    expect_rows_alone(ModelRun(spec, body, testing::small_sizes()));
  });
}

// Steps begin ... begin + count - 1 of each sequence. The State is that after the steps before.
interp::Arguments window(const ModelRun& model, const interp::Arguments& all, const Arrays& before,
                         int64_t begin, int64_t count) {
  interp::Arguments one = all;
  one.steps["T"] = count;
  for (auto& [name, array] : one.inputs) {
    if (name == "lengths.T") {
      for (double& length : array.values)
        length = std::clamp(length - static_cast<double>(begin), 0.0, 1.0 * count);
    }
    if (model.axis(model.input_type(name), DimKind::time) >= 0) array = part(array, 0, begin, count);
    if (begin > 0 && name == "sequence.begins") array = filled(array.element, array.shape, 0);
    if (auto state = before.find(name); state != before.end()) array = state->second;
  }
  return one;
}

void expect_windows_equal_whole(const ModelRun& model, bool losses) {
  const interp::Arguments all = model.random({{"T", {5, 4, 2, 0}}}, 4);
  const Arrays whole = model.forward(all);
  Arrays state;
  std::map<std::string, double> sums;
  for (auto [begin, count] : std::vector<std::pair<int64_t, int64_t>>{{0, 3}, {3, 1}, {4, 1}}) {
    Arrays results = model.forward(window(model, all, state, begin, count));
    state.clear();
    for (const auto& [name, value] : results) {
      if (ModelRun::is_state(name)) state[name] = value;
      if (name.starts_with("loss.")) sums[name] += value.values[0];
      if (ModelRun::is_state(name) || ModelRun::is_loss(name)) continue;
      EXPECT_LE(difference(value, part(whole.at(name), 0, begin, count)), kEqual)
          << name << " from " << begin;
    }
  }
  for (const auto& [name, value] : state) EXPECT_LE(difference(value, whole.at(name)), kEqual) << name;
  if (!losses) return;
  for (const auto& [name, sum] : sums) EXPECT_NEAR(whole.at(name).values[0], sum, 1e-11) << name;
}

// Whatever runs step by step runs over windows. Losses over `t` run over the window, by intent.
TEST(Sequences, MayBeCutIntoWindows) {
  const std::set<std::string> over_time = {"14_guitar_amp/Amp", "18_autoencoder/Gaussian"};
  int cut = 0;
  testing::for_each_program([&](const std::string& name, testing::Spec& spec, const ast::Body& body) {
    ModelRun model(spec, body, testing::small_sizes());
    if (!model.module().step || model.times().size() != 1) return;
    ++cut;
    expect_windows_equal_whole(model, !over_time.contains(name));
  });
  EXPECT_GE(cut, 40);
}

}  // namespace
}  // namespace rnnc::irgen
