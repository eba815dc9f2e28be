// Runs a function of arrays f32[B] by machine code, for sweeps over many numbers.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compiler/backend/jit.h"
#include "compiler/schedule/plan_function.h"
#include "tests/support/ir_text.h"

namespace rnnc::testing {

class ArrayFunction {
 public:
  // Instructions over %a and %b, the last of which defines %y.
  ArrayFunction(const std::string& instructions, int lanes, bool fma) {
    ir::Module module = forward_of(
        "batch B", "%a = input a : f32[B]  %b = input b : f32[B]  " + instructions + "  return y = %y");
    backend::Target target = backend::native_target();
    target.machine.lanes = lanes;
    target.machine.fma = target.machine.fma && fma;
    auto plan = schedule::plan_zero(module.forward, module.dims, target.machine);
    auto compiled = backend::compile(*plan, target);
    EXPECT_TRUE(compiled) << (compiled ? "" : compiled.error().message);
    if (compiled) run_ = *compiled;
  }

  std::vector<float> operator()(const std::vector<float>& a, const std::vector<float>& b = {}) const {
    std::vector<float> y(a.size());
    const void* inputs[] = {a.data(), b.empty() ? a.data() : b.data()};
    void* results[] = {y.data()};
    auto batch = static_cast<int64_t>(a.size());
    std::vector<float> scratch(static_cast<size_t>(run_.scratch_bytes(batch, {})) / sizeof(float) + 16);
    void* aligned = scratch.data();
    size_t space = scratch.size() * sizeof(float);
    std::align(64, 1, aligned, space);
    rnnc_arguments arguments{};
    arguments.inputs = inputs;
    arguments.results = results;
    arguments.batch = batch;
    arguments.scratch = aligned;
    run_(arguments);
    return y;
  }

 private:
  backend::CompiledFunction run_;
};

}  // namespace rnnc::testing
