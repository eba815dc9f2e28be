// A pass before and after, in the text form of the IR. Names of values do not count.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "compiler/passes/pass.h"
#include "tests/support/ir_text.h"
#include "tests/unit/passes/same_results.h"

namespace rnnc::testing {

// H and K are equal, 2*H is H and K joined, V counts the words of a vocabulary.
inline const std::string kDims = R"(dim H = 3  dim K = 3  dim D = 2  dim V = 4  dim "2*H" = 6  dim "H*D" = 6
  batch B  time T  time S  dim H' = 3 )";

inline std::string text_of(const ir::Function& function, const ir::DimTable& dims) {
  return ir::print(anonymous(function), dims);
}

// The pass makes `after` of `before`, and the results stay.
inline void expect_rewrite(passes::Run pass, const std::string& before, const std::string& after,
                           const std::string& table = kDims) {
  ir::Module module = forward_of(table, before), expected = forward_of(table, after);
  ir::Function made = pass(module.forward, module.dims);
  EXPECT_EQ(text_of(made, module.dims), text_of(expected.forward, expected.dims));
  EXPECT_EQ(wrong_with(module.forward, made, module.dims, Exactness::rounding), "");
}

inline void expect_unchanged(passes::Run pass, const std::string& instructions) {
  expect_rewrite(pass, instructions, instructions);
}

}  // namespace rnnc::testing
