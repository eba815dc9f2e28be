// Products of every shape around those of tiles and panels; sums whose bits do not depend on what else is
// computed.
#include <gtest/gtest.h>

#include "tests/support/ir_text.h"
#include "tests/support/machine_code.h"

namespace rnnc::testing {
namespace {

struct Shape {
  int64_t m;
  int n, k;
};

struct Product {
  ir::Module module;
  schedule::Plan plan;
  backend::CompiledFunction run;
};

Product product(int n, int k, int lanes, const std::string& left = "f32[B,K]",
                const std::string& right = "f32[N,K]", const std::string& result = "f32[B,N]") {
  Product made;
  made.module = forward_of(fmt::format("dim N = {} dim K = {} batch B", n, k),
                           "%a = input a : " + left + "  %w = param w : " + right +
                               "  %y = contract %a, %w over {K} : " + result + "  return y = %y");
  backend::Target target = backend::native_target();
  target.machine.lanes = lanes;
  made.plan = *schedule::plan_zero(made.module.forward, made.module.dims, target.machine);
  made.run = *backend::compile(made.plan, target);
  return made;
}

class ProductTest : public ::testing::TestWithParam<int> {
 protected:
  void compare(const Product& of, int64_t m) {
    interp::Arguments arguments = rounded(random_arguments(of.module.forward, of.module.dims, {m, {}}));
    auto expected = interp::interpret(of.module.forward, of.module.dims, arguments);
    Call got = call(of.plan, of.run.function(), of.run.scratch_function(), arguments);
    EXPECT_EQ(got.wrong, "");
    EXPECT_EQ(difference(*expected, got.results, 2e-5), "");
  }
};

TEST_P(ProductTest, OfEveryShape) {
  for (int n : {1, 7, 16, 65, 130}) {
    for (int k : {1, 7, 64, 300, 700}) {
      Product of = product(n, k, GetParam());
      for (int64_t m : {1, 5, 6, 7, 65, 150}) {
        SCOPED_TRACE(fmt::format("m {} n {} k {}", m, n, k));
        compare(of, m);
      }
    }
  }
}

TEST_P(ProductTest, OfOperandsInAnyOrder) {
  for (const char* left : {"f32[B,K]", "f32[K,B]"}) {
    for (const char* right : {"f32[N,K]", "f32[K,N]"}) {
      for (const char* result : {"f32[B,N]", "f32[N,B]"}) {
        SCOPED_TRACE(fmt::format("{} {} {}", left, right, result));
        compare(product(21, 30, GetParam(), left, right, result), 17);
      }
    }
  }
}

// One sequence alone gives the bits that it gives among others.
TEST_P(ProductTest, HasTheSameBitsInEveryBatch) {
  Product of = product(50, 333, GetParam());
  interp::Arguments all = rounded(random_arguments(of.module.forward, of.module.dims, {13, {}}));
  Results whole = call(of.plan, of.run.function(), of.run.scratch_function(), all).results;
  for (int64_t b = 0; b < 13; ++b) {
    interp::Arguments one = all;
    one.batch = 1;
    const std::vector<double>& rows = all.inputs.at("a").values;
    one.inputs["a"] = {ir::Element::real, {1, 333}, {rows.begin() + b * 333, rows.begin() + (b + 1) * 333}};
    Results alone = call(of.plan, of.run.function(), of.run.scratch_function(), one).results;
    const std::vector<double>& row = whole.at("y").values;
    EXPECT_EQ(alone.at("y").values, std::vector<double>(row.begin() + b * 50, row.begin() + (b + 1) * 50))
        << b;
  }
}

INSTANTIATE_TEST_SUITE_P(Lanes, ProductTest, ::testing::Values(4, 8, 16));

}  // namespace
}  // namespace rnnc::testing
