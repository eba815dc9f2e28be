#include "compiler/driver/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <vector>

#include "compiler/driver/call_frame.h"
#include "compiler/driver/machine_code.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;

class Interpreter : public Engine {
 public:
  Interpreter(const ir::Function& function, const ir::DimTable& dims) : function_(function), dims_(dims) {}

  Outcome<Arrays> run(const interp::Arguments& arguments) const override {
    auto results = interp::interpret(function_, dims_, arguments);
    if (!results) return problem(Code::data_shape, results.error().message);
    return std::move(*results);
  }

 private:
  const ir::Function& function_;
  const ir::DimTable& dims_;
};

class Machine : public Engine {
 public:
  explicit Machine(MachineCode code) : code_(std::make_shared<const MachineCode>(std::move(code))) {}

  Outcome<Arrays> run(const interp::Arguments& arguments) const override {
    const schedule::Plan& plan = code_->plan;
    std::vector<int64_t> steps;
    for (ir::DimId time : plan.times) {
      auto found = arguments.steps.find(plan.dims[time].name);
      if (found == arguments.steps.end()) {
        return problem(Code::data_missing,
                       fmt::format("no array says how many steps `{}` is", plan.dims[time].name));
      }
      steps.push_back(found->second);
    }
    try {
      return run(arguments, CallFrame(code_, arguments.batch, std::move(steps)));
    } catch (const std::bad_alloc&) {
      return problem(Code::data_shape, "this does not fit into memory", "a smaller batch, or fewer steps");
    }
  }

 private:
  Arrays run(const interp::Arguments& arguments, CallFrame frame) const {
    const schedule::Plan& plan = code_->plan;
    for (size_t i = 0; i < plan.params.size(); ++i) {
      store(frame.param(i), plan.params[i].type.element, arguments.params.at(plan.params[i].name).values);
    }
    for (size_t i = 0; i < plan.inputs.size(); ++i) {
      auto given = arguments.inputs.find(plan.inputs[i].name);
      if (given != arguments.inputs.end())
        store(frame.input(i), plan.inputs[i].type.element, given->second.values);
    }
    frame.seed = arguments.keys.seed;
    frame.epoch = arguments.keys.epoch;
    frame.step = arguments.keys.step;
    std::copy(arguments.keys.sequence.begin(), arguments.keys.sequence.end(), frame.sequence.begin());
    std::copy(arguments.keys.first_t.begin(), arguments.keys.first_t.end(), frame.first_t.begin());
    frame.run();
    Arrays arrays;
    for (size_t i = 0; i < plan.results.size(); ++i) {
      const ir::NamedType& result = plan.results[i];
      arrays[result.name] = {result.type.element, frame.shape(result.type),
                             load(frame.result(i), result.type.element)};
    }
    return arrays;
  }

  std::shared_ptr<const MachineCode> code_;
};

}  // namespace

Outcome<std::unique_ptr<Engine>> make_engine(EngineKind kind, const ir::Function& function,
                                             const ir::DimTable& dims) {
  if (kind == EngineKind::interp)
    return std::unique_ptr<Engine>(std::make_unique<Interpreter>(function, dims));
  auto code = make_machine_code(function, dims);
  if (!code) return code.error();
  return std::unique_ptr<Engine>(std::make_unique<Machine>(std::move(*code)));
}

}  // namespace rnnc::driver
