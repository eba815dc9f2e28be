// What an emitted object checks itself with: inputs made up here, results by the interpreter.
#pragma once

#include "compiler/codegen/interface.h"
#include "compiler/driver/outcome.h"
#include "compiler/interp/interpret.h"

namespace rnnc::driver {

// What the interface's plans were made from.
struct EmittedFunctions {
  const ir::Function* begin;  // null: there are no steps
  const ir::Function& call;
  const ir::DimTable& dims;
};

// `params`: by name, rounded to f32 as the object holds them. The ports of the interface must be there.
Outcome<codegen::SelfTest> make_self_test(const EmittedFunctions& functions,
                                          const std::map<std::string, interp::Array>& params,
                                          const codegen::Interface& interface);

}  // namespace rnnc::driver
