// Each op of the table, in the functions in which its gradient is tested too.
#include <gtest/gtest.h>

#include "tests/conformance/engines.h"
#include "tests/conformance/resized.h"
#include "tests/gradients/op_cases.h"

namespace rnnc::testing {
namespace {

class OpConformance : public ::testing::TestWithParam<Engine> {};

const Sizes kOpSizes[] = {
    {3, {{"T", {4, 2, 0}}, {"S", {1, 3, 2}}}},
    {1, {{"T", {3}}, {"S", {2}}}},
    {9, {{"T", {9, 1, 2, 3, 4, 5, 6, 7, 8}}, {"S", {1, 2, 3, 4, 5, 6, 7, 8, 9}}}},
    {0, {{"T", {}}, {"S", {}}}},
    {2, {{"T", {0, 0}}, {"S", {0, 0}}}},
};

TEST_P(OpConformance, HoldsForTheCasesOfGradients) {
  for (const ir::OpInfo& row : ir::all_ops()) {
    for (const std::string& text : gradient_cases(row.op)) {
      SCOPED_TRACE(text);
      ir::Module module = case_module(text);
      interp::Arguments any = random_arguments(module.forward, module.dims, kOpSizes[0]);
      ir::Function function = with_lengths(module.forward, module.dims, any);
      Compiled compiled(function, module.dims, GetParam());
      ASSERT_EQ(compiled.wrong(), "");
      for (const Sizes& sizes : kOpSizes) {
        expect_same(compiled, function, module.dims, rounded(random_arguments(function, module.dims, sizes)),
                    2e-5);
      }
    }
  }
}

// Wider than vectors and tiles, and no multiple of them.
TEST_P(OpConformance, HoldsForWideDims) {
  const std::map<std::string, int64_t> wide = {{"X", 7},      {"H", 65},   {"K", 65},  {"V", 130},
                                               {"HandX", 72}, {"2H", 130}, {"HX", 455}};
  for (const ir::OpInfo& row : ir::all_ops()) {
    for (const std::string& text : gradient_cases(row.op)) {
      // An array of constants has the size that it has.
      if (text.find("const [") != std::string::npos) continue;
      SCOPED_TRACE(text);
      ir::Module module = resized(case_module(text), wide);
      interp::Arguments any = random_arguments(module.forward, module.dims, kOpSizes[0]);
      ir::Function function = with_lengths(module.forward, module.dims, any);
      Compiled compiled(function, module.dims, GetParam());
      ASSERT_EQ(compiled.wrong(), "");
      interp::Arguments arguments = random_arguments(function, module.dims, kOpSizes[2]);
      tame(arguments);
      expect_same(compiled, function, module.dims, rounded(arguments), 2e-5);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, OpConformance, ::testing::ValuesIn(engines()), name_of);

}  // namespace
}  // namespace rnnc::testing
