#include "compiler/driver/compile.h"

#include <algorithm>

#include "compiler/irgen/alone.h"
#include "compiler/irgen/generate.h"

namespace rnnc::driver {

namespace {

autodiff::Request request_for(const ir::Function& forward, const CompileOptions& options,
                              const std::vector<autodiff::Probe>& probes) {
  autodiff::Request request;
  if (options.of_loss && forward.result("loss").valid()) request.losses.push_back("loss");
  request.given = options.given;
  if (options.by_params) {
    for (const ir::NamedType& param : ir::params_of(forward)) request.with_respect_to.push_back(param.name);
  }
  for (const ir::NamedType& input : ir::inputs_of(forward)) {
    const bool wanted = std::ranges::find(options.inputs, input.name) != options.inputs.end();
    if (wanted) request.with_respect_to.push_back(input.name);
  }
  for (const autodiff::Probe& probe : probes) {
    request.with_respect_to.push_back("probe." + probe.path);
    request.with_respect_to.push_back("first." + probe.path);
  }
  return request;
}

}  // namespace

CompileOptions for_gradient(const sema::Body& body) {
  CompileOptions options;
  options.gradient = true;
  if (!body.losses.empty()) return options;
  for (const sema::NamedNode& output : body.outputs) options.given.push_back(output.name);
  return options;
}

bool is_delay(std::string_view path) {
  const std::string_view last = path.substr(path.rfind('.') + 1);
  return last.find_first_not_of("0123456789") == std::string_view::npos;
}

Outcome<Compiled> compile(std::shared_ptr<const sema::Model> model, const CompileOptions& options) {
  auto generated = irgen::generate(*model, {options.training});
  if (!generated) {
    const irgen::Unsupported& refused = generated.error();
    return diagnostics::Diagnostic{
        diagnostics::Code::not_run_yet, refused.message, {refused.span, {}}, {}, {}, refused.help};
  }
  ir::Module& module = generated->module;
  autodiff::Probed probed;
  if (options.probes) {
    probed = autodiff::with_probes(module.forward, module.dims,
                                   [](const std::string& path) { return !is_delay(path); });
    module.forward = std::move(probed.function);
  }
  PipelineOptions passes = options.passes;
  if (options.gradient) passes.gradient = request_for(module.forward, options, probed.probes);
  auto optimised = run_pipeline(std::move(generated->module), passes);
  if (!optimised) return problem(diagnostics::Code::bad_option, optimised.error().message);
  auto body = irgen::body_to_run(*model);
  return Compiled{std::move(model), std::move(body), std::move(optimised->module),
                  std::move(generated->no_step), std::move(probed.probes)};
}

}  // namespace rnnc::driver
