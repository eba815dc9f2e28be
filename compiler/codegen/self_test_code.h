// The self-test of an object: some calls on fixed inputs, compared with what the compiler computed in double
// precision.
#pragma once

#include "compiler/codegen/model_code.h"

namespace rnnc::codegen {

inline constexpr double kTestTolerance = 1e-4;

// f32(state): the largest error, relative to the largest number of its output. `fresh` is void(state), and
// runs before and after.
llvm::Function* self_test_function(Code& code, const Interface& interface, ModelCode& model,
                                   llvm::Function* fresh);

}  // namespace rnnc::codegen
