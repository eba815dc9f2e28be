// Random functions over every op.
#include <gtest/gtest.h>

#include "tests/conformance/engines.h"
#include "tests/support/random_ir.h"

namespace rnnc::testing {
namespace {

class RandomConformance : public ::testing::TestWithParam<Engine> {};

const Sizes kRandomSizes[] = {
    {4, {{"T", {3, 5, 1, 0}}, {"T.source", {2, 0, 4, 1}}}},
    {1, {{"T", {2}}, {"T.source", {3}}}},
};

TEST_P(RandomConformance, HoldsForSeededFunctions) {
  const uint64_t seeds = GetParam().from_object ? 10 : 40;
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    ir::Module module = random_module(seed, 20);
    interp::Arguments any = random_arguments(module.forward, module.dims, kRandomSizes[0]);
    ir::Function function = with_lengths(module.forward, module.dims, any);
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Compiled compiled(function, module.dims, GetParam());
    ASSERT_EQ(compiled.wrong(), "");
    for (const Sizes& sizes : kRandomSizes) {
      interp::Arguments arguments = rounded(random_arguments(function, module.dims, sizes));
      arguments.keys = {7, 8, 9, {}, {}};
      expect_same(compiled, function, module.dims, arguments, 2e-5);
      if (::testing::Test::HasFailure()) {
        ADD_FAILURE() << ir::print(function, module.dims);
        return;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, RandomConformance, ::testing::ValuesIn(engines()), name_of);

}  // namespace
}  // namespace rnnc::testing
