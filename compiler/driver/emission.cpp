#include "compiler/driver/emission.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/backend/header.h"
#include "compiler/driver/machine_code.h"
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
    if (auto found = find_ports(); !found) return found.error();
    find_samplers();
    backend::Emission emission{std::move(interface_), {}, compiled_.body->name, {}, {}};
    if (const std::string wrong = backend::wrong_names(emission); !wrong.empty())
      return problem(Code::cannot_emit, wrong,
                     "names that reach a C header have ASCII letters, digits and `_`");
    auto params = to_params(*compiled_.model, weights);
    for (auto& [name, array] : params) {
      std::vector<float>& floats = emission.interface.weights[name];
      floats.assign(array.values.begin(), array.values.end());
      array.values.assign(floats.begin(), floats.end());
    }
    auto test = make_self_test(compiled_, params, emission.interface);
    if (!test) return test.error();
    emission.interface.test = std::move(*test);
    return emission;
  }

 private:
  Outcome<> plan(const backend::Target& target) {
    if (!module_.step)
      return problem(Code::cannot_emit, fmt::format("`{}` cannot run step by step", compiled_.body->name),
                     compiled_.no_step);
    const auto one_thread = schedule::Choices::for_one_thread();
    auto begin = make_plan(*module_.begin, module_.dims, target.machine, one_thread);
    if (!begin) return begin.error();
    auto step = make_plan(*module_.step, module_.dims, target.machine, one_thread);
    if (!step) return step.error();
    interface_.begin = std::move(*begin);
    interface_.step = std::move(*step);
    return support::Unit{};
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

  Outcome<> find_ports() {
    for (const sema::InputDecl& input : compiled_.body->inputs) {
      const ir::NamedType* in_step = find(interface_.step.inputs, input.name);
      const ir::NamedType* in_begin = find(interface_.begin.inputs, input.name);
      int64_t tokens = 0;
      if (input.type.token) tokens = input.type.token->evaluate(compiled_.model->sizes).value_or(0);
      if (in_step) {
        interface_.inputs.push_back(port(*in_step, meaning_of(input)));
        interface_.inputs.back().tokens = tokens;
      }
      if (!in_begin) continue;
      Port given = port(*in_begin, "input");
      given.tokens = tokens;
      if (auto timed = set_time(given, in_begin->type); !timed) return timed;
      interface_.begin_inputs.push_back(std::move(given));
    }
    for (const ir::NamedType& result : interface_.step.results) {
      if (result.name.starts_with("state.")) continue;
      if (result.type.element != ir::Element::real)
        return problem(Code::cannot_emit, fmt::format("the output `{}` is no real number", result.name));
      interface_.outputs.push_back(port(result, meaning_of_output(result.name)));
    }
    return support::Unit{};
  }

  static std::string meaning_of(const sema::InputDecl& input) {
    if (!input.target) return "input";
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
  const EmissionOptions& options_;
  Interface interface_;
};

}  // namespace

Outcome<backend::Emission> make_emission(const Compiled& compiled, const Values& weights,
                                         const backend::Target& target, const EmissionOptions& options) {
  return EmissionMaker(compiled, options).make(weights, target);
}

}  // namespace rnnc::driver
