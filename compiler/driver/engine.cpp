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

diagnostics::Diagnostic too_large() {
  return problem(Code::data_shape, "this does not fit into memory", "a smaller batch, or fewer steps");
}

class InterpreterCalls : public Calls {
 public:
  InterpreterCalls(const ir::Function& function, const ir::DimTable& dims, interp::Arguments arguments)
      : function_(function), dims_(dims), arguments_(std::move(arguments)) {}

  Outcome<Arrays> run(const Arrays& inputs) override {
    for (const auto& [name, array] : inputs) arguments_.inputs[name] = array;
    auto results = interp::interpret(function_, dims_, arguments_);
    if (!results) return problem(Code::data_shape, results.error().message);
    return std::move(*results);
  }

 private:
  const ir::Function& function_;
  const ir::DimTable& dims_;
  interp::Arguments arguments_;
};

class Interpreter : public Engine {
 public:
  Interpreter(const ir::Function& function, const ir::DimTable& dims) : function_(function), dims_(dims) {}

  Outcome<std::unique_ptr<Calls>> calls(const interp::Arguments& first) const override {
    return std::unique_ptr<Calls>(std::make_unique<InterpreterCalls>(function_, dims_, first));
  }

 private:
  const ir::Function& function_;
  const ir::DimTable& dims_;
};

class MachineCalls : public Calls {
 public:
  MachineCalls(CallFrame frame, const interp::Arguments& first, core::Team& team)
      : frame_(std::move(frame)), team_(team) {
    const schedule::Plan& plan = frame_.plan();
    for (size_t i = 0; i < plan.params.size(); ++i) {
      store(frame_.param(i), plan.params[i].type.element, first.params.at(plan.params[i].name).values);
    }
    put(first.inputs);
    frame_.seed = first.keys.seed;
    frame_.epoch = first.keys.epoch;
    frame_.step = first.keys.step;
    std::copy(first.keys.sequence.begin(), first.keys.sequence.end(), frame_.sequence.begin());
    std::copy(first.keys.first_t.begin(), first.keys.first_t.end(), frame_.first_t.begin());
  }

  Outcome<Arrays> run(const Arrays& inputs) override {
    put(inputs);
    frame_.run(team_);
    try {
      return results();
    } catch (const std::bad_alloc&) {
      return too_large();
    }
  }

 private:
  Arrays results() {
    const schedule::Plan& plan = frame_.plan();
    Arrays arrays;
    for (size_t i = 0; i < plan.results.size(); ++i) {
      const ir::NamedType& result = plan.results[i];
      arrays[result.name] = {result.type.element, frame_.shape(result.type),
                             load(frame_.result(i), result.type.element)};
    }
    return arrays;
  }

  void put(const Arrays& inputs) {
    const schedule::Plan& plan = frame_.plan();
    for (size_t i = 0; i < plan.inputs.size(); ++i) {
      auto given = inputs.find(plan.inputs[i].name);
      if (given != inputs.end()) store(frame_.input(i), plan.inputs[i].type.element, given->second.values);
    }
  }

  CallFrame frame_;
  core::Team& team_;
};

class Machine : public Engine {
 public:
  Machine(MachineCode code, core::Team& team)
      : code_(std::make_shared<const MachineCode>(std::move(code))), team_(team) {}

  Outcome<std::unique_ptr<Calls>> calls(const interp::Arguments& first) const override {
    const schedule::Plan& plan = code_->plan;
    std::vector<int64_t> steps;
    for (ir::DimId time : plan.times) {
      auto found = first.steps.find(plan.dims[time].name);
      if (found == first.steps.end()) {
        return problem(Code::data_missing,
                       fmt::format("no array says how many steps `{}` is", plan.dims[time].name));
      }
      steps.push_back(found->second);
    }
    try {
      return std::unique_ptr<Calls>(
          std::make_unique<MachineCalls>(CallFrame(code_, first.batch, std::move(steps)), first, team_));
    } catch (const std::bad_alloc&) {
      return too_large();
    }
  }

 private:
  std::shared_ptr<const MachineCode> code_;
  core::Team& team_;
};

}  // namespace

Outcome<Arrays> Engine::run(const interp::Arguments& arguments) const {
  auto called = calls(arguments);
  if (!called) return called.error();
  return (*called)->run({});
}

Outcome<std::unique_ptr<Engine>> make_engine(EngineKind kind, const ir::Function& function,
                                             const ir::DimTable& dims, core::Team& team) {
  if (kind == EngineKind::interp)
    return std::unique_ptr<Engine>(std::make_unique<Interpreter>(function, dims));
  auto code = make_machine_code(function, dims);
  if (!code) return code.error();
  return std::unique_ptr<Engine>(std::make_unique<Machine>(std::move(*code), team));
}

}  // namespace rnnc::driver
