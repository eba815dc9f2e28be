// Every program of tests/programs and every cell of the library through the whole pipeline.
#include "tests/support/programs.h"

#include <gtest/gtest.h>

#include "compiler/driver/pipeline.h"
#include "tests/support/central_differences.h"
#include "tests/unit/irgen/steps.h"
#include "tests/unit/passes/same_results.h"

namespace rnnc::driver {
namespace {

using testing::Exactness;

// By time dim, whichever the model has.
testing::Sizes lengths_of(const ir::Module& module) {
  testing::Sizes sizes{3, {}};
  int64_t longest = 3;
  for (uint32_t i = 0; i < module.dims.size(); ++i) {
    const ir::Dim& dim = module.dims[ir::DimId{i}];
    if (dim.kind == ir::DimKind::time) sizes.lengths[dim.name] = {longest, 0, 2};
    longest = 4;
  }
  return sizes;
}

autodiff::Request request_of(const ir::Module& module) {
  autodiff::Request request = testing::request_everything(module.forward);
  for (const ir::StateEntry& entry : module.state) {
    if (std::isinf(entry.first)) request.infinite.push_back("state." + entry.path);
  }
  return request;
}

void expect_same(const std::string& role, const std::optional<ir::Function>& before,
                 const std::optional<ir::Function>& after, const ir::Module& module) {
  ASSERT_EQ(before.has_value(), after.has_value()) << role;
  if (!before) return;
  EXPECT_EQ(testing::wrong_with(*before, *after, module.dims, Exactness::rounding, lengths_of(module)), "")
      << role << "\n"
      << ir::print(*before, module.dims) << ir::print(*after, module.dims);
}

void expect_pipeline_keeps(const ir::Module& module) {
  PipelineOptions options;
  options.gradient = request_of(module);
  auto done = run_pipeline(module, options);
  ASSERT_TRUE(done) << done.error().message;
  ir::Module after = std::move(done->module);
  EXPECT_TRUE(ir::verify(after)) << ir::verify(after).error().message;
  expect_same("forward", module.forward, after.forward, after);
  expect_same("begin", module.begin, after.begin, after);
  expect_same("step", module.step, after.step, after);
  const ir::Function gradient = autodiff::differentiate(module.forward, after.dims, *options.gradient);
  expect_same("gradient", gradient, after.gradient, after);
}

void expect_pipeline_keeps_programs(const irgen::Options& options) {
  testing::for_each_program([&](const std::string& name, testing::Spec& spec, const ast::Body& body) {
    SCOPED_TRACE(name);
    if (!::testing::Test::HasFailure())
      expect_pipeline_keeps(spec.generate(body, testing::small_sizes(), options).module);
  });
}

TEST(Programs, AreWhatTheyWere) { expect_pipeline_keeps_programs({}); }

TEST(Programs, AreWhatTheyWereForTraining) { expect_pipeline_keeps_programs({.training = true}); }

TEST(Library, IsWhatItWas) {
  testing::Spec library = testing::Spec::of_library();
  for (const ast::Body* body : library.bodies()) {
    SCOPED_TRACE(body->name.text);
    expect_pipeline_keeps(library.generate(*body, testing::small_sizes()).module);
  }
}

// The order of every sum is a property of the equations: no bit depends on whether all steps are computed at
// once or one after the other. (The interpreter sums in the order of the IR.)
TEST(Programs, StepAsTheyRunBitForBit) {
  testing::for_each_program([&](const std::string& name, testing::Spec& spec, const ast::Body& body) {
    irgen::ModelRun model(spec, body, testing::small_sizes());
    if (!model.module().step) return;
    auto done = run_pipeline(model.module(), {});
    ASSERT_TRUE(done) << done.error().message;
    model.replace(std::move(done->module));
    // A memory that `forward` knows to be a join comes to its steps as one array.
    const bool joined_outside = name == "15_attention/Attend";
    irgen::expect_steps_equal_forward(model, joined_outside ? irgen::kEqual : 0);
  });
}

}  // namespace
}  // namespace rnnc::driver
