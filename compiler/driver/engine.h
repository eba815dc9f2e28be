// What runs a function of the IR: the interpreter in double precision, or machine code in f32.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "compiler/driver/outcome.h"
#include "compiler/interp/interpret.h"
#include "compiler/ir/function.h"

namespace rnnc::driver {

enum class EngineKind { jit, interp };

using Arrays = std::map<std::string, interp::Array>;

class Engine {
 public:
  virtual ~Engine() = default;
  // The results by name.
  virtual Outcome<Arrays> run(const interp::Arguments& arguments) const = 0;
};

// `function` and `dims` must live as long as the engine.
Outcome<std::unique_ptr<Engine>> make_engine(EngineKind kind, const ir::Function& function,
                                             const ir::DimTable& dims);

}  // namespace rnnc::driver
