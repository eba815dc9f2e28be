// sema -> ir: a model as array operations over time.
#pragma once

#include <string>

#include "compiler/ir/module.h"
#include "compiler/sema/model.h"
#include "compiler/support/result.h"

namespace rnnc::irgen {

struct Options {
  bool training = false;  // dropout and zoneout draw
};

// What is legal in the language but not run by this version; the message names the construct.
struct Unsupported {
  std::string message;
  support::Span span;
  std::string help;
};

// Forward function and step function (absent where the model cannot run step by step; `no_step` says why). No
// gradient yet.
struct Generated {
  ir::Module module;
  std::string no_step;
};
support::Result<Generated, Unsupported> generate(const sema::Model& model, const Options& options);

}  // namespace rnnc::irgen
