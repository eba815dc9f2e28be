// A pass is one function from a verified function to a verified function with the same results. Each has a
// file pair of its own; the order, with reasons, is driver/pipeline.cpp.
#pragma once

#include <string_view>

#include "compiler/ir/function.h"

namespace rnnc::passes {

// `dims` may grow. What a pass does to a function it also does to the bodies of its scans, where that makes
// sense.
using Run = ir::Function (*)(const ir::Function& function, ir::DimTable& dims);

struct Pass {
  std::string_view name;    // what --dump-after and --skip-pass take
  std::string_view effect;  // one sentence for people
  Run run;
};

}  // namespace rnnc::passes
