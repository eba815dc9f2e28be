// Random specs, from their text to numbers: what passes and machine code make of them is what irgen and
// autodiff meant, and differences confirm it.
//
// RNNC_SEEDS=100 or RNNC_SEEDS=100-2000 runs others than the few of every day. A seed that fails prints the
// spec.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <optional>

#include "compiler/backend/object.h"
#include "compiler/driver/machine_code.h"
#include "compiler/ir/text.h"
#include "tests/random_cells/front_door.h"
#include "tests/support/central_differences.h"
#include "tests/support/machine_code.h"
#include "tests/unit/irgen/steps.h"

namespace rnnc::random_cells {
namespace {

using testing::Results;
using testing::Sizes;

constexpr double kPasses = 1e-9, kOutputs = 2e-5, kGradients = 2e-4;

struct Seeds {
  uint64_t first, last;
};

// Those of every day, unless others are asked for.
Seeds seeds(uint64_t count) {
  const char* wanted = std::getenv("RNNC_SEEDS");
  if (wanted == nullptr) return {0, count - 1};
  char* end = nullptr;
  const uint64_t first = std::strtoull(wanted, &end, 10);
  return {first, *end == '-' ? std::strtoull(end + 1, nullptr, 10) : first};
}

// Stops at the first seed of which something fails, and shows its spec.
void for_each_spec(Seeds seeds, bool smooth, const std::function<void(uint64_t, const DrawnSpec&)>& check) {
  for (uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    const DrawnSpec spec = draw_spec(seed, smooth);
    check(seed, spec);
    if (!::testing::Test::HasFailure()) continue;
    std::string sizes;
    for (const auto& [name, size] : spec.sizes) sizes += fmt::format(" -D {}={}", name, size);
    ADD_FAILURE() << "RNNC_SEEDS=" << seed << (smooth ? " (smooth)" : "") << "\n#" << sizes << "\n"
                  << spec.text;
    return;
  }
}

Sizes lengths(const ir::Module& module, const std::vector<std::vector<int64_t>>& each) {
  Sizes sizes{static_cast<int64_t>(each[0].size()), {}};
  size_t next = 0;
  for (uint32_t i = 0; i < module.dims.size(); ++i) {
    const ir::Dim& dim = module.dims[ir::DimId{i}];
    if (dim.kind == ir::DimKind::time) sizes.lengths[dim.name] = each[next++ % each.size()];
  }
  return sizes;
}

Sizes some_lengths(const ir::Module& module, uint64_t seed) {
  static const std::vector<std::vector<std::vector<int64_t>>> all = {
      {{4, 2, 0}, {1, 3, 2}},
      {{5}, {2}},
      {{1, 6, 3, 2, 6, 1, 4}, {3, 1, 2, 4, 4, 1, 1}},
      {{3, 3, 3, 3}, {2, 2, 2, 2}},
      {{1, 2, 3, 0, 3, 2, 1, 1, 2, 3, 0, 3, 2, 1, 1, 2, 3},
       {2, 1, 1, 2, 0, 1, 2, 2, 1, 1, 2, 0, 1, 2, 2, 1, 1}}};
  return lengths(module, all[seed % all.size()]);
}

Results run(const ir::Function& function, const ir::Module& module, const interp::Arguments& arguments) {
  auto results = interp::interpret(function, module.dims, arguments);
  EXPECT_TRUE(results) << results.error().message;
  return results ? *results : Results{};
}

Results only(const Results& all, bool gradients) {
  Results some;
  for (const auto& [name, array] : all) {
    if (name.starts_with("grad.") == gradients) some[name] = array;
  }
  return some;
}

std::string difference(const Results& expected, const Results& got, double outputs, double gradients) {
  return testing::difference(expected, only(got, false), outputs) +
         testing::difference(expected, only(got, true), gradients);
}

// Whether rounding of the arguments to f32 alone changes more than a part of what is allowed: at a corner, or
// where a difference of large numbers is small. Then machine code in f32 may differ, too.
bool ill_conditioned(const ir::Module& module, const interp::Arguments& arguments, const Results& expected) {
  interp::Arguments near = arguments;
  testing::RandomArrays random(3);
  for (auto* arrays : {&near.params, &near.inputs}) {
    for (auto& [name, array] : *arrays) {
      if (array.element != ir::Element::real) continue;
      const interp::Array noise = random.make(ir::Element::real, array.shape);
      for (size_t i = 0; i < array.values.size(); ++i) array.values[i] *= 1 + 1.2e-7 * noise.values[i];
    }
  }
  return !difference(expected, run(*module.gradient, module, near), kOutputs / 4, kGradients / 4).empty();
}

// Machine code with vectors of so many lanes, 0 for those of this processor.
std::string machine_code(const ir::Function& function, const ir::Module& module, int lanes,
                         const interp::Arguments& arguments, Results& results) {
  backend::Target target = backend::native_target();
  if (lanes > 0) target.machine.lanes = lanes;
  auto plan = driver::make_plan(function, module.dims, target.machine);
  if (!plan) return plan.error().message;
  auto code = backend::compile(*plan, target);
  if (!code) return code.error().message;
  testing::Call done = testing::call(*plan, code->function(), code->scratch_function(), arguments);
  results = std::move(done.results);
  return done.wrong;
}

TEST(RandomCells, DrawEveryConstruct) {
  std::string all;
  for (uint64_t seed = 0; seed < 200; ++seed) all += draw_spec(seed).text;
  for (const char* construct : {"linear(",
                                "linear[",
                                "bias = false",
                                "second = ",
                                "headwise(",
                                "[t-3]",
                                "window[",
                                "outer(",
                                "dot(",
                                " @ ",
                                " · ",
                                "split(",
                                "reshape[",
                                "flatten(",
                                "sum[",
                                "mean[",
                                "max[",
                                "min[",
                                "max(",
                                "min(",
                                "clamp(",
                                "where(",
                                "abs(",
                                "softmax(",
                                "log_softmax[",
                                "softmax[t](",
                                "exp(",
                                "log(",
                                "sqrt(",
                                "√(",
                                " ^ 2",
                                "detach(",
                                "dropout[",
                                "zoneout[",
                                "= -∞",
                                "= 0.5",
                                " = p",
                                "onehot(",
                                "seq token[",
                                "input memory:",
                                "LSTM[",
                                ".c",
                                "Part[",
                                "stack[",
                                "bidirectional[",
                                "reverse(",
                                "shared = ",
                                "residual[",
                                "init = final(",
                                "h = first0",
                                "wanted[t-1]",
                                "last(",
                                "mean[t](",
                                "sum[t](",
                                "max[t](",
                                "cross_entropy(",
                                "huber(",
                                "mse(",
                                "gate ",
                                "output inside",
                                "≤",
                                "⊙"}) {
    EXPECT_NE(all.find(construct), std::string::npos) << construct;
  }
}

TEST(RandomCells, MeanTheSameOnceFormatted) {
  for_each_spec(seeds(40), false, [](uint64_t, const DrawnSpec& spec) {
    auto once = formatted(spec.text);
    ASSERT_TRUE(once) << once.error().message;
    auto twice = formatted(*once);
    ASSERT_TRUE(twice) << twice.error().message << "\n" << *once;
    EXPECT_EQ(*once, *twice);
    auto written = compile(spec), printed = compile({*once, spec.sizes});
    ASSERT_TRUE(written) << written.error().message;
    ASSERT_TRUE(printed) << printed.error().message;
    EXPECT_EQ(ir::print(written->plain), ir::print(printed->plain));
  });
}

TEST(RandomCells, AreTheSameAfterAllPasses) {
  for_each_spec(seeds(60), false, [](uint64_t seed, const DrawnSpec& spec) {
    auto functions = compile(spec);
    ASSERT_TRUE(functions) << functions.error().message;
    const ir::Module &plain = functions->plain, &optimised = functions->optimised;
    for (bool begins : {true, false}) {
      const interp::Arguments arguments =
          arguments_of(*plain.gradient, plain, some_lengths(plain, seed), begins);
      const Results expected = run(*plain.gradient, plain, arguments);
      EXPECT_EQ(difference(expected, run(*optimised.gradient, optimised, arguments), kPasses, kPasses), "");
      EXPECT_EQ(difference(expected, run(optimised.forward, optimised, arguments), kPasses, kPasses), "");
    }
  });
}

TEST(RandomCells, AreTheSameStepByStep) {
  uint64_t stepped = 0, all = 0;
  for_each_spec(seeds(40), false, [&](uint64_t, const DrawnSpec& drawn) {
    auto functions = compile(drawn);
    ASSERT_TRUE(functions) << functions.error().message;
    ++all;
    if (!functions->plain.step) return;
    ++stepped;
    testing::Spec spec(drawn.text);
    irgen::ModelRun model(spec, *spec.bodies().back(), drawn.sizes);
    irgen::expect_steps_equal_forward(model, kPasses);
    model.replace(functions->optimised);
    irgen::expect_steps_equal_forward(model, kPasses);
  });
  EXPECT_GE(stepped * 4, all) << "too few specs run step by step";
}

TEST(RandomCells, AreTheSameInMachineCode) {
  size_t judged = 0, all = 0;
  for_each_spec(seeds(20), false, [&](uint64_t seed, const DrawnSpec& spec) {
    auto functions = compile(spec);
    ASSERT_TRUE(functions) << functions.error().message;
    const ir::Module& module = functions->optimised;
    const interp::Arguments arguments =
        testing::rounded(arguments_of(*module.gradient, module, some_lengths(module, seed), seed % 4 < 3));
    const Results expected = run(*module.gradient, module, arguments);
    ++all;
    if (ill_conditioned(module, arguments, expected)) return;
    ++judged;
    const int lanes = std::vector<int>{0, 4, 8, 16}[seed % 4];
    for (const ir::Function* function : {&module.forward, &*module.gradient}) {
      if (function == &module.forward && seed % 3 != 0) continue;  // half of the time is LLVM's
      Results got;
      EXPECT_EQ(machine_code(*function, module, lanes, arguments, got), "");
      EXPECT_EQ(difference(expected, got, kOutputs, kGradients), "") << lanes << " lanes";
    }
  });
  EXPECT_GE(judged * 10, all * 8) << "too many specs amplify rounding";
}

TEST(RandomCells, HaveTheSlopesOfDifferences) {
  for_each_spec(seeds(25), true, [](uint64_t seed, const DrawnSpec& spec) {
    auto functions = compile(spec);
    ASSERT_TRUE(functions) << functions.error().message;
    const ir::Module& module = functions->plain;
    const interp::Arguments arguments =
        arguments_of(module.forward, module, lengths(module, {{3, 1, 0}, {2, 3, 1}}), seed % 2 == 0);
    testing::CentralDifferences differences(module.forward, module.dims, arguments, functions->request,
                                            {.most = 3});
    EXPECT_EQ(differences.check(), "");
  });
}

}  // namespace
}  // namespace rnnc::random_cells
