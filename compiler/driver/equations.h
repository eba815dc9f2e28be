// What a spec says, as JSON: every equation of its cells, models and functions, and of those of the library
// that they use, as trees. For programs that check rnnc, or translate specs (docs/equations.md). Nothing in
// it has been worked out: neither shapes nor parameters.
#pragma once

#include <string>

#include "compiler/sema/check.h"

namespace rnnc::driver {

std::string equations_json(const sema::Program& program);

}  // namespace rnnc::driver
