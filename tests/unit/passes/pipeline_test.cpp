// The list of passes as a whole: the same results whatever of it runs.
#include "compiler/driver/pipeline.h"

#include <gtest/gtest.h>

#include "tests/gradients/cells.h"
#include "tests/support/central_differences.h"
#include "tests/support/ir_text.h"
#include "tests/support/random_ir.h"
#include "tests/unit/passes/random_loop.h"
#include "tests/unit/passes/same_results.h"

namespace rnnc::driver {
namespace {

using testing::Exactness;

PipelineOptions with_gradient(const ir::Module& module) {
  PipelineOptions options;
  options.gradient = testing::request_everything(module.forward);
  return options;
}

// What is wrong with what the pipeline makes of the module, forward and gradient.
std::string wrong_after(const ir::Module& module, const PipelineOptions& options) {
  auto done = run_pipeline(module, options);
  if (!done) return done.error().message;
  const ir::Module& after = done->module;
  std::string wrong = testing::wrong_with(module.forward, after.forward, after.dims, Exactness::rounding);
  if (!options.gradient) return wrong;
  ir::DimTable dims = after.dims;
  const ir::Function gradient = autodiff::differentiate(module.forward, dims, *options.gradient);
  return wrong + testing::wrong_with(gradient, *after.gradient, dims, Exactness::rounding);
}

void expect_same(const ir::Module& module, const PipelineOptions& options, const std::string& what) {
  EXPECT_EQ(wrong_after(module, options), "") << what << "\n" << ir::print(module);
}

std::vector<ir::Module> cells() {
  using namespace testing;
  return {lstm("forward"),   lstm("backward"), gru("forward"),
          gru("backward"),   slstm("forward"), mlstm("forward"),
          mlstm("backward"), attention(),      scan_in_scan("forward", "backward")};
}

// RNNC_SEEDS=40 looks at forty times as many functions as a usual run does.
uint64_t many() {
  const char* factor = std::getenv("RNNC_SEEDS");
  return factor ? std::stoul(factor) : 1;
}

TEST(Pipeline, KeepsCells) {
  for (const ir::Module& cell : cells()) expect_same(cell, with_gradient(cell), cell.name);
}

TEST(Pipeline, KeepsRandomFunctions) {
  for (uint64_t seed = 1000; seed < 1000 + 40 * many() && !HasFailure(); ++seed) {
    ir::Module module = testing::random_module(seed, 14);
    expect_same(module, with_gradient(module), "seed " + std::to_string(seed));
  }
}

TEST(Pipeline, KeepsRandomLoops) {
  for (uint64_t seed = 2000; seed < 2000 + 60 * many() && !HasFailure(); ++seed) {
    ir::Module module = testing::random_loop(seed, 4);
    expect_same(module, with_gradient(module), "seed " + std::to_string(seed));
  }
}

TEST(Pipeline, IsRightWithoutAnyOneOfItsPasses) {
  std::vector<ir::Module> modules = cells();
  for (uint64_t seed = 3000; seed < 3000 + 6 * many(); ++seed) modules.push_back(testing::random_loop(seed));
  for (const passes::Pass& pass : all_passes()) {
    for (const ir::Module& module : modules) {
      PipelineOptions options = with_gradient(module);
      options.skip = {std::string(pass.name)};
      expect_same(module, options, "without " + std::string(pass.name));
    }
  }
}

TEST(Pipeline, IsRightAfterAnyNumberOfExecutions) {
  for (const ir::Module& module : {testing::lstm("forward"), testing::random_loop(7)}) {
    PipelineOptions options = with_gradient(module);
    const size_t all = run_pipeline(module, options)->executions;
    for (size_t n = 0; n <= all; ++n) {
      options.bisect = n;
      expect_same(module, options, "after " + std::to_string(n));
      EXPECT_EQ(run_pipeline(module, options)->executions, n);
    }
  }
}

TEST(Pipeline, SaysWhatWasLast) {
  ir::Module module = testing::gru("forward");
  PipelineOptions options = with_gradient(module);
  EXPECT_EQ(run_pipeline(module, options)->last, "line-up of gradient");
  options.bisect = 2;
  EXPECT_EQ(run_pipeline(module, options)->last, "split-products of forward");
  options.bisect = 0;
  EXPECT_EQ(run_pipeline(module, options)->last, "");
  options.bisect = std::nullopt;
  options.gradient = std::nullopt;
  auto done = run_pipeline(module, options);
  EXPECT_EQ(done->last, "line-up of forward");
  EXPECT_FALSE(done->module.gradient.has_value());
}

TEST(Pipeline, DumpsEachRunOfThePassesNamed) {
  ir::Module module = testing::gru("forward");
  PipelineOptions options = with_gradient(module);
  options.dump_after = {"lift", "recompute"};
  std::vector<std::string> dumped;
  options.dump = [&](std::string_view execution, const ir::Function& function, const ir::DimTable& dims) {
    EXPECT_TRUE(ir::verify(function, dims));
    dumped.emplace_back(execution);
  };
  ASSERT_TRUE(run_pipeline(module, options));
  EXPECT_EQ(dumped,
            (std::vector<std::string>{"lift of forward", "lift of gradient", "recompute of gradient"}));
  dumped.clear();
  options.skip = {"lift"};
  ASSERT_TRUE(run_pipeline(module, options));
  EXPECT_EQ(dumped, (std::vector<std::string>{"recompute of gradient"}));
}

// 0 · ∞ must not arise in the adjoint of what a state is multiplied by.
TEST(Pipeline, GuardsAgainstStatesThatBeginInfinite) {
  for (const char* first : {"0", "-inf"}) {
    ir::Module module = testing::module_of(
        std::string("module m { dim H = 3  batch B  state s : f32[B,H] first ") + first + R"(
      func @forward { %s = input state.s : f32[B,H]  %x = input x : f32[B,H]  %y = mul %s, %x : f32[B,H]
        return y = %y, state.s = %s } })");
    PipelineOptions options;
    options.gradient = autodiff::Request{{}, {"y"}, {"x"}};
    const ir::Function gradient = *run_pipeline(module, options)->module.gradient;
    bool guarded =
        std::ranges::any_of(gradient.instrs(), [](auto& instr) { return instr.op == ir::Op::equal; });
    EXPECT_EQ(guarded, first == std::string("-inf"));
  }
}

TEST(Pipeline, RefusesNamesOfNoPass) {
  ir::Module module = testing::gru("forward");
  PipelineOptions options;
  options.skip = {"simplifi"};
  auto skipped = run_pipeline(module, options);
  ASSERT_FALSE(skipped);
  EXPECT_EQ(skipped.error().message, "there is no pass `simplifi`; did you mean `simplify`?");
  options.skip = {};
  options.dump_after = {"vectorise"};
  auto dumped = run_pipeline(module, options);
  ASSERT_FALSE(dumped);
  EXPECT_EQ(
      dumped.error().message,
      "there is no pass `vectorise`; there are split-joins, split-products, simplify, share, dead-code, "
      "order-sums, line-up, embeddings, distribute, lift, affine, recompute");
}

}  // namespace
}  // namespace rnnc::driver
