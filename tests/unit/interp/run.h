// Short ways to write arrays and to run functions written as text.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "compiler/interp/interpret.h"
#include "tests/support/ir_text.h"

namespace rnnc::interp {

inline Array reals(std::vector<int64_t> shape, std::vector<double> values) {
  return {ir::Element::real, std::move(shape), std::move(values)};
}
inline Array whole(std::vector<int64_t> shape, std::vector<double> values) {
  return {ir::Element::i32, std::move(shape), std::move(values)};
}
inline Array booleans(std::vector<int64_t> shape, std::vector<double> values) {
  return {ir::Element::boolean, std::move(shape), std::move(values)};
}

// The results of a function that must run.
inline std::map<std::string, Array> run(const ir::Module& module, const Arguments& arguments) {
  auto results = interpret(module.forward, module.dims, arguments);
  EXPECT_TRUE(results) << (results ? "" : results.error().message);
  return results ? *results : std::map<std::string, Array>{};
}

inline std::map<std::string, Array> run(const std::string& table, const std::string& instructions,
                                        const Arguments& arguments) {
  return run(testing::forward_of(table, instructions), arguments);
}

// Equal but for the last bits; NaN equals NaN, infinities themselves.
inline void expect_near(const std::vector<double>& got, const std::vector<double>& wanted,
                        double tolerance = 1e-15) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(wanted[i])) {
      EXPECT_TRUE(std::isnan(got[i])) << "element " << i << " is " << got[i];
    } else if (std::isinf(wanted[i])) {
      EXPECT_EQ(got[i], wanted[i]) << "element " << i;
    } else {
      EXPECT_NEAR(got[i], wanted[i], tolerance * std::max(1.0, std::fabs(wanted[i]))) << "element " << i;
    }
  }
}

}  // namespace rnnc::interp
