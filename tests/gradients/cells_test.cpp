#include "tests/gradients/cells.h"

#include <gtest/gtest.h>

#include "tests/support/central_differences.h"

namespace rnnc::testing {
namespace {

const Sizes kRagged{4, {{"T", {5, 2, 0, 1}}, {"S", {2, 3, 1, 0}}}};

void expect_right_gradients(const ir::Module& module, const Sizes& sizes = kRagged) {
  interp::Arguments arguments = random_arguments(module.forward, module.dims, sizes);
  CentralDifferences differences(module.forward, module.dims, arguments, request_everything(module.forward));
  EXPECT_EQ(differences.check(), "");
}

class Cell : public ::testing::TestWithParam<std::string> {};

TEST_P(Cell, LstmWithState) { expect_right_gradients(lstm(GetParam())); }
TEST_P(Cell, GruWithTwoPhasesAndALearnedStart) { expect_right_gradients(gru(GetParam())); }
TEST_P(Cell, SlstmFromMinusInfinity) { expect_right_gradients(slstm(GetParam())); }
TEST_P(Cell, SlstmFromAnyState) { expect_right_gradients(slstm(GetParam(), "input state.m")); }
TEST_P(Cell, MlstmFromMinusInfinity) { expect_right_gradients(mlstm(GetParam())); }
TEST_P(Cell, ScanInScan) {
  expect_right_gradients(scan_in_scan(GetParam(), "forward"));
  expect_right_gradients(scan_in_scan(GetParam(), "backward"));
}

INSTANTIATE_TEST_SUITE_P(Along, Cell, ::testing::Values("forward", "backward"),
                         [](const auto& test) { return test.param; });

TEST(Cells, AttentionOverAnotherTime) { expect_right_gradients(attention()); }

TEST(Cells, ManySteps) {
  ir::Module module = slstm("forward");
  interp::Arguments arguments = random_arguments(module.forward, module.dims, {2, {{"T", {40, 27}}}});
  CentralDifferences differences(module.forward, module.dims, arguments, request_everything(module.forward),
                                 {.most = 10});
  EXPECT_EQ(differences.check(), "");
}

}  // namespace
}  // namespace rnnc::testing
