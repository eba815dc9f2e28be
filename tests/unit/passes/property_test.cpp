// Every pass keeps the results of random functions and of their gradients.
#include <gtest/gtest.h>

#include "compiler/autodiff/differentiate.h"
#include "compiler/passes/affine.h"
#include "compiler/passes/dead_code.h"
#include "compiler/passes/distribute.h"
#include "compiler/passes/embeddings.h"
#include "compiler/passes/lift.h"
#include "compiler/passes/line_up.h"
#include "compiler/passes/order_sums.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/recompute.h"
#include "compiler/passes/share.h"
#include "compiler/passes/simplify.h"
#include "compiler/passes/split_joins.h"
#include "compiler/passes/split_products.h"
#include "tests/gradients/cells.h"
#include "tests/support/central_differences.h"
#include "tests/support/random_ir.h"
#include "tests/unit/passes/random_loop.h"
#include "tests/unit/passes/same_results.h"

namespace rnnc::passes {
namespace {

using ir::Function;
using testing::Exactness;

struct Claim {
  Run run;
  Exactness exactness;
  bool idempotent;
};

const std::map<std::string, Claim>& claims() {
  static const std::map<std::string, Claim> all = {
      {"split_joins", {split_joins, Exactness::rounding, true}},
      {"split_products", {split_products, Exactness::bits, true}},
      {"order_sums", {order_sums, Exactness::rounding, true}},
      {"simplify", {simplify, Exactness::rounding, false}},
      {"line_up", {line_up, Exactness::bits, true}},
      {"share", {share, Exactness::bits, true}},
      {"dead_code", {dead_code, Exactness::bits, true}},
      {"embeddings", {embeddings, Exactness::bits, true}},
      {"affine", {affine, Exactness::rounding, false}},
      {"recompute", {recompute, Exactness::bits, false}},
      {"distribute", {distribute, Exactness::bits, true}},
      {"lift", {lift, Exactness::rounding, false}},
  };
  return all;
}

// RNNC_SEEDS=40 looks at forty times as many functions as a usual run does.
uint64_t many() {
  const char* factor = std::getenv("RNNC_SEEDS");
  return factor ? std::stoul(factor) : 1;
}

ir::Module gradient_as_forward(ir::Module module) {
  module.forward =
      autodiff::differentiate(module.forward, module.dims, testing::request_everything(module.forward));
  return module;
}

std::vector<ir::Module> cells() {
  using namespace testing;
  return {lstm("forward"),   lstm("backward"), gru("forward"),
          gru("backward"),   slstm("forward"), mlstm("forward"),
          mlstm("backward"), attention(),      scan_in_scan("forward", "backward")};
}

class Pass : public ::testing::TestWithParam<std::string> {
 protected:
  void expect_same(const ir::Module& module, const std::string& what) {
    const Claim& claim = claims().at(GetParam());
    ir::DimTable dims = module.dims;
    Function after = claim.run(module.forward, dims);
    std::string wrong = testing::wrong_with(module.forward, after, dims, claim.exactness);
    EXPECT_EQ(wrong, "") << what << " before:\n"
                         << ir::print(module.forward, dims) << "after:\n"
                         << ir::print(after, dims);
    if (!claim.idempotent) return;
    Function twice = claim.run(after, dims);
    EXPECT_EQ(ir::print(after, dims), ir::print(twice, dims)) << what;
  }
};

INSTANTIATE_TEST_SUITE_P(All, Pass, ::testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const auto& [name, claim] : claims()) names.push_back(name);
                           return names;
                         }()),
                         [](const auto& test) { return test.param; });

TEST_P(Pass, KeepsRandomFunctions) {
  for (uint64_t seed = 0; seed < 60 * many() && !HasFailure(); ++seed)
    expect_same(testing::random_module(seed), "seed " + std::to_string(seed));
}

TEST_P(Pass, KeepsRandomGradients) {
  for (uint64_t seed = 100; seed < 100 + 20 * many() && !HasFailure(); ++seed)
    expect_same(gradient_as_forward(testing::random_module(seed, 12)), "seed " + std::to_string(seed));
}

TEST_P(Pass, KeepsRandomLoops) {
  for (uint64_t seed = 0; seed < 150 * many() && !HasFailure(); ++seed)
    expect_same(testing::random_loop(seed), "seed " + std::to_string(seed));
}

TEST_P(Pass, KeepsGradientsOfRandomLoops) {
  for (uint64_t seed = 500; seed < 500 + 40 * many() && !HasFailure(); ++seed)
    expect_same(gradient_as_forward(testing::random_loop(seed)), "seed " + std::to_string(seed));
}

TEST_P(Pass, KeepsCells) {
  for (const ir::Module& cell : cells()) expect_same(cell, cell.name);
}

TEST_P(Pass, KeepsGradientsOfCells) {
  for (const ir::Module& cell : cells()) expect_same(gradient_as_forward(cell), cell.name);
}

}  // namespace
}  // namespace rnnc::passes
