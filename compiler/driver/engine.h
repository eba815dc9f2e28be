// What runs a function of the IR: the interpreter in double precision, or machine code in f32.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "compiler/driver/outcome.h"
#include "compiler/interp/interpret.h"
#include "compiler/ir/function.h"
#include "runtime/core/team.h"

namespace rnnc::driver {

enum class EngineKind { jit, interp };

using Arrays = std::map<std::string, interp::Array>;

// A function with everything that stays the same from one call to the next: weights, batch, steps.
class Calls {
 public:
  virtual ~Calls() = default;
  // `inputs` replace those of the same names; the others are as they were. The results by name.
  virtual Outcome<Arrays> run(const Arrays& inputs) = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;
  // Inputs that `first` lacks must come with the first call. The calls may outlive the engine.
  virtual Outcome<std::unique_ptr<Calls>> calls(const interp::Arguments& first) const = 0;
  // One call.
  Outcome<Arrays> run(const interp::Arguments& arguments) const;
};

// `function`, `dims` and `team` must live as long as the engine and its calls. The team's threads share the
// work of machine code, without changing a bit of the results.
Outcome<std::unique_ptr<Engine>> make_engine(EngineKind kind, const ir::Function& function,
                                             const ir::DimTable& dims,
                                             core::Team& team = core::Team::alone());

}  // namespace rnnc::driver
