// `begin`, and then `step` again and again, beside `forward` over all steps at once.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/irgen/run.h"

namespace rnnc::irgen {

inline constexpr int64_t kBatch = 2, kSteps = 4;

// The time that steps run over.
inline std::string stepped_time(const ModelRun& model) {
  for (const ir::NamedResult& result : model.module().step->results()) {
    if (ModelRun::is_state(result.name)) continue;
    ir::DimId time = ir::time_of(model.result_type(result.name), model.module().dims);
    if (time.valid()) return model.module().dims[time].name;
  }
  return "";
}

// A sequence of the forward function's at step t; of a target, which is fed back, the step before.
inline Array at_step(const ModelRun& model, const interp::Arguments& all, const std::string& name,
                     int64_t t) {
  const Array& sequence = all.inputs.at(name);
  if (!model.is_target(name)) return without(part(sequence, 0, t, 1), 0);
  if (t > 0) return without(part(sequence, 0, t - 1, 1), 0);
  Array nothing = without(part(sequence, 0, 0, 1), 0);
  double none = nothing.element == ir::Element::i32 ? -1 : 0;
  return filled(nothing.element, nothing.shape, none);
}

inline bool goes_through(const ir::Function& step, const std::string& name) {
  return step.producer(step.result(name))->op == ir::Op::input;
}

// Up to `tolerance`, relative to the numbers' size.
inline void expect_steps_equal_forward(const ModelRun& model, double tolerance = kEqual) {
  const std::string time = stepped_time(model);
  Lengths lengths;
  for (const std::string& name : model.times()) lengths[name] = {2, 3};
  lengths[time] = {kSteps, kSteps};
  interp::Arguments all = model.random(lengths, kBatch);
  // A step's arguments are what the text says, also where nothing comes of them.
  all.inputs.merge(
      testing::random_arguments(*model.module().begin, model.module().dims, {kBatch, lengths}).inputs);
  const Arrays whole = model.forward(all);
  Arrays now = model.run(*model.module().begin, all);
  const Arrays begun = now;
  for (int64_t t = 0; t < kSteps; ++t) {
    interp::Arguments one = all;
    one.inputs["sequence.begins"] = filled(ir::Element::boolean, {kBatch}, t == 0 ? 1 : 0);
    for (const auto& [name, value] : begun) {
      if (name.starts_with("held.")) one.inputs[name] = value;
    }
    for (const auto& [name, value] : now) {
      if (ModelRun::is_state(name)) one.inputs[name] = value;
    }
    for (const ir::NamedType& input : ir::inputs_of(*model.module().step)) {
      bool stepped = model.input_type(input.name).has(model.module().dims.find(time));
      if (stepped) one.inputs[input.name] = at_step(model, all, input.name, t);
    }
    now = model.run(*model.module().step, one);
    for (const auto& [name, value] : now) {
      if (ModelRun::is_state(name)) continue;
      ir::DimId dim = ir::time_of(model.result_type(name), model.module().dims);
      Array expected = dim.valid() ? without(part(whole.at(name), 0, t, 1), 0) : whole.at(name);
      EXPECT_LE(difference(value, expected), tolerance) << name << " at step " << t;
    }
  }
  for (const ir::NamedType& input : ir::inputs_of(*model.module().step)) {
    // What a target was one step ago is an argument, not the State's. What only a loss reads goes through.
    if (!ModelRun::is_state(input.name) || goes_through(*model.module().step, input.name)) continue;
    EXPECT_LE(difference(now.at(input.name), whole.at(input.name)), tolerance) << input.name;
  }
}

}  // namespace rnnc::irgen
