// The processors that machine code is made for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/schedule/machine.h"
#include "compiler/support/result.h"

namespace rnnc::backend {

struct Target {
  std::string name;      // "x86-64-v3", "native"
  std::string triple;    // as LLVM spells it
  std::string cpu;       // likewise
  std::string features;  // likewise: "+avx2,+fma"
  schedule::Machine machine;
  bool runs_here = false;  // whether this processor has all that it needs
  friend bool operator==(const Target&, const Target&) = default;
};

// The rows of the table, and the processor that the compiler runs on.
std::vector<Target> targets();
Target native_target();
// By name. Fails with the names that there are.
support::Result<Target> find_target(std::string_view name);

}  // namespace rnnc::backend
