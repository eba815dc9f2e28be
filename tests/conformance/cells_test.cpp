// Recurrent cells and their adjoints: forward and backward, ragged, empty, and as wide as vectors are not.
#include <gtest/gtest.h>

#include "compiler/autodiff/differentiate.h"
#include "tests/conformance/engines.h"
#include "tests/conformance/resized.h"
#include "tests/gradients/cells.h"
#include "tests/support/central_differences.h"

namespace rnnc::testing {
namespace {

struct Case {
  std::string name;
  ir::Module module;
};

std::vector<Case> cells() {
  std::vector<Case> all;
  for (const std::string direction : {"forward", "backward"}) {
    all.push_back({"lstm " + direction, lstm(direction)});
    all.push_back({"gru " + direction, gru(direction)});
    all.push_back({"slstm " + direction, slstm(direction)});
    all.push_back({"mlstm " + direction, mlstm(direction)});
  }
  all.push_back({"attention", attention()});
  all.push_back({"scan in scan", scan_in_scan("forward", "backward")});
  return all;
}

// Of many sequences one goes on alone: most threads have none that runs.
std::vector<int64_t> one_long(size_t count, int64_t steps) {
  std::vector<int64_t> lengths(count, 1);
  lengths[0] = steps;
  return lengths;
}

const Sizes kCellSizes[] = {
    {3, {{"T", {4, 2, 0}}, {"S", {1, 3, 2}}}},
    {1, {{"T", {5}}, {"S", {2}}}},
    {7, {{"T", {1, 2, 3, 4, 5, 6, 7}}, {"S", {7, 6, 5, 4, 3, 2, 1}}}},
    {0, {{"T", {}}, {"S", {}}}},
    {2, {{"T", {0, 0}}, {"S", {0, 0}}}},
    {600, {{"T", one_long(600, 4)}, {"S", one_long(600, 3)}}},
};

class CellConformance : public ::testing::TestWithParam<Engine> {};

TEST_P(CellConformance, HoldsForwardAndBackward) {
  for (Case& cell : cells()) {
    SCOPED_TRACE(cell.name);
    ir::Module& module = cell.module;
    interp::Arguments any = random_arguments(module.forward, module.dims, kCellSizes[0]);
    ir::Function forward = with_lengths(module.forward, module.dims, any);
    ir::Function gradient = autodiff::differentiate(forward, module.dims, request_everything(forward));
    Compiled run(forward, module.dims, GetParam()), both(gradient, module.dims, GetParam());
    ASSERT_EQ(run.wrong() + both.wrong(), "");
    for (const Sizes& sizes : kCellSizes) {
      expect_same(run, forward, module.dims, rounded(random_arguments(forward, module.dims, sizes)), 2e-5);
      expect_same(both, gradient, module.dims, rounded(random_arguments(gradient, module.dims, sizes)), 2e-4);
    }
  }
}

TEST_P(CellConformance, HoldsForWideCellsAndBatches) {
  const std::map<std::string, int64_t> sizes[] = {{{"X", 7}, {"H", 65}, {"K", 65}, {"D", 17}, {"E", 17}},
                                                  {{"X", 1}, {"H", 130}, {"K", 130}, {"D", 8}, {"E", 8}}};
  const Sizes batches[] = {{65, {{"T", std::vector<int64_t>(65, 3)}, {"S", std::vector<int64_t>(65, 2)}}},
                           {1, {{"T", {4}}, {"S", {2}}}}};
  for (Case& cell : cells()) {
    for (const auto& wide : sizes) {
      SCOPED_TRACE(cell.name);
      ir::Module module = resized(cell.module, wide);
      interp::Arguments any = random_arguments(module.forward, module.dims, kCellSizes[0]);
      ir::Function forward = with_lengths(module.forward, module.dims, any);
      ir::Function gradient = autodiff::differentiate(forward, module.dims, request_everything(forward));
      Compiled both(gradient, module.dims, GetParam());
      ASSERT_EQ(both.wrong(), "");
      for (const Sizes& batch : batches) {
        interp::Arguments arguments = random_arguments(gradient, module.dims, batch);
        tame(arguments);
        expect_same(both, gradient, module.dims, rounded(arguments), 2e-4);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, CellConformance, ::testing::ValuesIn(engines()), name_of);

}  // namespace
}  // namespace rnnc::testing
