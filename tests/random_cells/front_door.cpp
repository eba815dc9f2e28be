#include "tests/random_cells/front_door.h"

#include <algorithm>
#include <cmath>

#include "compiler/ast/print.h"
#include "compiler/diagnostics/render.h"
#include "compiler/driver/spec.h"
#include "compiler/irgen/generate.h"

namespace rnnc::random_cells {

namespace {

using support::Failure;
using support::Result;

Failure failure(const driver::Spec& spec) {
  std::string all;
  for (const diagnostics::Diagnostic& diagnostic : spec.sink.sorted()) {
    if (diagnostics::info(diagnostic.code).severity == diagnostics::Severity::warning) continue;
    all += diagnostics::render_text(diagnostic, spec.sources, false);
  }
  return {all.empty() ? "nothing to run" : all};
}

bool is_infinite(const ir::Module& module, const std::string& name) {
  return std::any_of(module.state.begin(), module.state.end(), [&](const ir::StateEntry& entry) {
    return "state." + entry.path == name && std::isinf(entry.first);
  });
}

// What can be asked of the module. A state that begins at infinity has no slope there.
driver::CompileOptions everything(const ir::Module& module) {
  driver::CompileOptions options;
  options.gradient = true;
  const ir::Function& function = module.forward;
  for (const ir::NamedResult& result : function.results()) {
    if (function.type(result.value).element != ir::Element::real || result.name == "loss") continue;
    if (!is_infinite(module, result.name)) options.given.push_back(result.name);
  }
  for (const ir::NamedType& input : ir::inputs_of(function)) {
    if (input.type.element != ir::Element::real || is_infinite(module, input.name)) continue;
    options.inputs.push_back(input.name);
  }
  return options;
}

}  // namespace

Result<Functions> compile(const DrawnSpec& drawn) {
  driver::Spec spec = driver::load_text("drawn.rnn", drawn.text, ".");
  if (!spec.good() || spec.program.own.empty()) return failure(spec);
  const ast::Body& body = *spec.program.own.back();
  auto model = sema::instantiate(spec.program, body, drawn.sizes, spec.sink);
  if (!spec.good() || !model) return failure(spec);
  const auto generated = irgen::generate(*model, {});
  if (!generated) return Failure{generated.error().message};
  driver::CompileOptions options = everything(generated->module);
  auto optimised = driver::compile(model, options);
  for (const passes::Pass& pass : driver::all_passes()) options.passes.skip.emplace_back(pass.name);
  auto plain = driver::compile(model, options);
  if (!optimised || !plain) return Failure{optimised ? plain.error().message : optimised.error().message};
  Functions functions{std::move(plain->module), std::move(optimised->module), {}};
  for (const ir::NamedType& param : ir::params_of(functions.plain.forward))
    functions.request.with_respect_to.push_back(param.name);
  auto& by = functions.request.with_respect_to;
  by.insert(by.end(), options.inputs.begin(), options.inputs.end());
  functions.request.given = options.given;
  if (functions.plain.forward.result("loss").valid()) functions.request.losses.push_back("loss");
  for (const ir::StateEntry& entry : functions.plain.state) {
    const std::string name = "state." + entry.path;
    if (is_infinite(functions.plain, name)) functions.request.infinite.push_back(name);
  }
  return functions;
}

Result<std::string> formatted(const std::string& text) {
  support::SourceMap sources;
  diagnostics::Sink sink;
  driver::Spec spec = driver::load_text("drawn.rnn", text, ".");
  if (!spec.good()) return failure(spec);
  return ast::print(*spec.program.files.front(), spec.sources.file(0).text());
}

interp::Arguments arguments_of(const ir::Function& function, const ir::Module& module,
                               const testing::Sizes& sizes, bool at_the_beginning) {
  interp::Arguments arguments = testing::random_arguments(function, module.dims, sizes);
  // Matrices as long as vectors of numbers of size 1 would give numbers that saturate everything.
  for (auto& [name, array] : arguments.params) {
    const double longest = array.shape.empty() ? 1 : static_cast<double>(array.shape.back());
    for (double& value : array.values) value /= std::sqrt(longest);
  }
  for (auto& [name, array] : arguments.inputs) {
    if (name == "sequence.begins") array.values.assign(array.values.size(), at_the_beginning ? 1 : 0);
  }
  if (!at_the_beginning) return arguments;
  for (const ir::StateEntry& entry : module.state) {
    auto state = arguments.inputs.find("state." + entry.path);
    if (state == arguments.inputs.end()) continue;
    state->second.values.assign(state->second.values.size(), entry.first);
  }
  return arguments;
}

}  // namespace rnnc::random_cells
