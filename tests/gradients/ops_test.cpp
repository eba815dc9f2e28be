#include <gtest/gtest.h>

#include "tests/gradients/op_cases.h"
#include "tests/support/central_differences.h"

namespace rnnc::testing {
namespace {

const Sizes kOpSizes[] = {
    {3, {{"T", {4, 2, 0}}, {"S", {1, 3, 2}}}},
    {1, {{"T", {3}}, {"S", {2}}}},
};

// What GoogleTest calls the parameter of a failed test.
std::string name_of(const ::testing::TestParamInfo<ir::Op>& test) {
  return std::string(ir::info(test.param).text);
}

std::vector<ir::Op> ops() {
  std::vector<ir::Op> ops;
  for (const ir::OpInfo& row : ir::all_ops()) ops.push_back(row.op);
  return ops;
}

class OpGradient : public ::testing::TestWithParam<ir::Op> {};

TEST_P(OpGradient, IsWhatCentralDifferencesSay) {
  const std::vector<std::string> cases = gradient_cases(GetParam());
  ASSERT_FALSE(cases.empty()) << "the op has no gradient case";
  for (const std::string& text : cases) {
    SCOPED_TRACE(text);
    ir::Module module = case_module(text);
    bool holds_op = std::any_of(module.forward.instrs().begin(), module.forward.instrs().end(),
                                [](const ir::Instr& instr) { return instr.op == GetParam(); });
    EXPECT_TRUE(holds_op);
    for (const Sizes& sizes : kOpSizes) {
      interp::Arguments arguments = random_arguments(module.forward, module.dims, sizes);
      CentralDifferences differences(module.forward, module.dims, arguments,
                                     request_everything(module.forward));
      EXPECT_EQ(differences.check(), "");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, OpGradient, ::testing::ValuesIn(ops()), name_of);

}  // namespace
}  // namespace rnnc::testing
