// A drawn spec through the same doors as one that a user writes.
#pragma once

#include <memory>
#include <string>

#include "compiler/driver/compile.h"
#include "tests/random_cells/spec_text.h"
#include "tests/support/random_arguments.h"

namespace rnnc::random_cells {

// The gradient of the loss and of every other real result, by every parameter and every real input.
struct Functions {
  ir::Module plain, optimised;  // as irgen and autodiff leave them, and after all passes
  autodiff::Request request;    // what was asked of `plain`
};

// Diagnostics of the compiler, rendered, if there are any.
support::Result<Functions> compile(const DrawnSpec& spec);

// The text as `rnnc fmt` prints it.
support::Result<std::string> formatted(const std::string& text);

// For a function of `module`: small numbers, and states as at the beginning of a sequence, or as further on.
interp::Arguments arguments_of(const ir::Function& function, const ir::Module& module,
                               const testing::Sizes& sizes, bool at_the_beginning);

}  // namespace rnnc::random_cells
