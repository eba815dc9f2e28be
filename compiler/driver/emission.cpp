#include "compiler/driver/emission.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/backend/c_names.h"
#include "compiler/driver/machine_code.h"
#include "compiler/driver/part.h"
#include "compiler/driver/run_inputs.h"
#include "compiler/driver/self_test.h"

namespace rnnc::driver {

namespace {

using codegen::Interface;
using codegen::Port;
using diagnostics::Code;

// "[N = 2, D = 4]", without batch and time.
std::string shape_of(const ir::Type& type, const ir::DimTable& dims) {
  std::string text;
  for (ir::DimId id : type.dims) {
    const ir::Dim& dim = dims[id];
    if (dim.kind != ir::DimKind::constant) continue;
    const std::string size = std::to_string(dim.size);
    text += (text.empty() ? "" : ", ") + (dim.name == size ? size : dim.name + " = " + size);
  }
  return "[" + text + "]";
}

class EmissionMaker {
 public:
  EmissionMaker(const Compiled& compiled, const EmissionOptions& options)
      : compiled_(compiled), module_(compiled.module), options_(options) {
    interface_.prefix = options.prefix;
  }

  Outcome<backend::Emission> make(const Values& weights, const backend::Target& target) {
    if (auto planned = plan(target); !planned) return planned.error();
    if (!module_.step) {
      if (auto found = find_times(); !found) return found.error();
    }
    if (auto found = find_inputs(); !found) return found.error();
    if (auto found = find_outputs(); !found) return found.error();
    if (module_.step) find_samplers();
    backend::Emission emission{std::move(interface_), options_.vocabularies, compiled_.body->name, {}, {},
                               compiled_.no_step};
    auto params = to_params(*compiled_.model, weights);
    for (auto& [name, array] : params) {
      std::vector<float>& floats = emission.interface.weights[name];
      floats.assign(array.values.begin(), array.values.end());
      array.values.assign(floats.begin(), floats.end());
    }
    const EmittedFunctions functions{module_.step ? &*module_.begin : nullptr, call(), module_.dims};
    auto test = make_self_test(functions, params, emission.interface);
    if (!test) return test.error();
    emission.interface.test = std::move(*test);
    if (auto wrong = backend::wrong_name(emission))
      return problem(Code::cannot_emit, wrong->message, wrong->help);
    return emission;
  }

 private:
  const ir::Function& call() const { return module_.step ? *module_.step : whole_; }

  Outcome<> plan(const backend::Target& target) {
    const auto one_thread = schedule::Choices::for_one_thread();
    if (module_.step) {
      auto begin = make_plan(*module_.begin, module_.dims, target.machine, one_thread);
      if (!begin) return begin.error();
      interface_.begin = std::move(*begin);
    } else {
      whole_ =
          part_of(module_.forward, module_.dims, [&](const std::string& name) { return is_output(name); });
      for (const ir::StateEntry& entry : module_.state) interface_.first["state." + entry.path] = entry.first;
    }
    auto plan = make_plan(call(), module_.dims, target.machine, one_thread);
    if (!plan) return plan.error();
    interface_.call = std::move(*plan);
    return support::Unit{};
  }

  bool is_output(const std::string& name) const {
    return std::ranges::any_of(compiled_.body->outputs, [&](const auto& one) { return one.name == name; });
  }

  Port port(const ir::NamedType& named, std::string meaning) const {
    return {named.name,
            backend::parameter_name(named.name),
            named.type.element,
            ir::constant_elements(named.type, module_.dims),
            shape_of(named.type, module_.dims),
            std::move(meaning)};
  }

  static const ir::NamedType* find(const std::vector<ir::NamedType>& list, const std::string& name) {
    auto found = std::ranges::find(list, name, &ir::NamedType::name);
    return found == list.end() ? nullptr : &*found;
  }

  // Of whole sequences.
  Outcome<> find_times() {
    const std::vector<ir::DimId>& times = interface_.call.times;
    if (!times.empty() && !options_.longest) {
      return problem(Code::cannot_emit,
                     fmt::format("`{}` runs over whole sequences, which may have any length: {}",
                                 compiled_.body->name, compiled_.no_step),
                     "say for how many steps there is to be room: `--longest 100`");
    }
    for (ir::DimId time : times) {
      const std::string& name = module_.dims[time].name;
      std::string c_name = times.size() == 1 ? "steps" : name.substr(name.find('.') + 1) + "_steps";
      interface_.times.push_back({name, std::move(c_name), *options_.longest});
    }
    return support::Unit{};
  }

  Outcome<> find_inputs() {
    for (const sema::InputDecl& input : compiled_.body->inputs) {
      const ir::NamedType* in_call = find(interface_.call.inputs, input.name);
      const ir::NamedType* in_begin = interface_.begin ? find(interface_.begin->inputs, input.name) : nullptr;
      int64_t tokens = 0;
      if (input.type.token) tokens = input.type.token->evaluate(compiled_.model->sizes).value_or(0);
      if (in_call) {
        Port given = port(*in_call, meaning_of(input));
        given.tokens = tokens;
        if (auto timed = set_time(given, in_call->type); !timed) return timed;
        interface_.inputs.push_back(std::move(given));
      }
      if (!in_begin) continue;
      Port given = port(*in_begin, "input");
      given.tokens = tokens;
      if (auto timed = set_time(given, in_begin->type); !timed) return timed;
      interface_.begin_inputs.push_back(std::move(given));
    }
    return support::Unit{};
  }

  Outcome<> find_outputs() {
    for (const ir::NamedType& result : interface_.call.results) {
      if (result.name.starts_with("state.")) continue;
      if (result.type.element != ir::Element::real)
        return problem(Code::cannot_emit, fmt::format("the output `{}` is no real number", result.name));
      Port made = port(result, meaning_of_output(result.name));
      if (auto timed = set_time(made, result.type); !timed) return timed;
      interface_.outputs.push_back(std::move(made));
    }
    return support::Unit{};
  }

  std::string meaning_of(const sema::InputDecl& input) const {
    if (!input.target) return "input";
    if (!module_.step) return "the target; each step reads what stands before it";
    return input.type.token ? "the target one step ago" : "the target one step ago; 0 before the first step";
  }

  Outcome<> set_time(Port& port, const ir::Type& type) {
    const ir::DimId dim = ir::time_of(type, module_.dims);
    if (!dim.valid()) return support::Unit{};
    if (!options_.longest) {
      return problem(
          Code::cannot_emit,
          fmt::format("`{}` is seen whole before the first step, and may have any length", port.name),
          "say for how many steps the state has room: `--longest 100`");
    }
    const std::string& name = module_.dims[dim].name;
    auto known = std::ranges::find(interface_.times, name, &codegen::SeenTime::name);
    port.time = static_cast<size_t>(known - interface_.times.begin());
    if (known == interface_.times.end())
      interface_.times.push_back({name, port.name + "_steps", *options_.longest});
    return support::Unit{};
  }

  std::string meaning_of_output(const std::string& name) const {
    for (const sema::Feedback& feedback : compiled_.body->feedback) {
      if (feedback.prediction == name)
        return fmt::format("prediction of `{}`", compiled_.body->inputs[feedback.target].name);
    }
    return "output";
  }

  void find_samplers() {
    std::vector<size_t> outputs;
    for (const sema::Feedback& feedback : compiled_.body->feedback) {
      if (feedback.draw != sema::Feedback::Draw::token) continue;
      const auto output = std::ranges::find(interface_.outputs, feedback.prediction, &Port::name);
      const auto index = static_cast<size_t>(output - interface_.outputs.begin());
      if (output != interface_.outputs.end() && std::ranges::find(outputs, index) == outputs.end())
        outputs.push_back(index);
    }
    for (size_t output : outputs) {
      const std::string& name = interface_.outputs[output].name;
      interface_.samplers.push_back({outputs.size() == 1 ? "sample" : "sample_" + name, output});
    }
  }

  const Compiled& compiled_;
  const ir::Module& module_;
  ir::Function whole_;  // of a model without steps, what it gives
  const EmissionOptions& options_;
  Interface interface_;
};

}  // namespace

Outcome<backend::Emission> make_emission(const Compiled& compiled, const Values& weights,
                                         const backend::Target& target, const EmissionOptions& options) {
  return EmissionMaker(compiled, options).make(weights, target);
}

}  // namespace rnnc::driver
