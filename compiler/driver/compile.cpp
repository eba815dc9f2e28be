#include "compiler/driver/compile.h"

#include <algorithm>

#include "compiler/irgen/alone.h"
#include "compiler/irgen/generate.h"

namespace rnnc::driver {

CompileOptions for_gradient(const sema::Body& body) {
  CompileOptions options;
  options.gradient = true;
  if (!body.losses.empty()) return options;
  for (const sema::NamedNode& output : body.outputs) options.given.push_back(output.name);
  return options;
}

Outcome<Compiled> compile(std::shared_ptr<const sema::Model> model, const CompileOptions& options) {
  auto generated = irgen::generate(*model, {options.training});
  if (!generated) {
    const irgen::Unsupported& refused = generated.error();
    return diagnostics::Diagnostic{
        diagnostics::Code::not_run_yet, refused.message, {refused.span, {}}, {}, {}, refused.help};
  }
  PipelineOptions passes = options.passes;
  if (options.gradient) {
    autodiff::Request request;
    if (generated->module.forward.result("loss").valid()) request.losses.push_back("loss");
    request.given = options.given;
    for (const ir::NamedType& param : ir::params_of(generated->module.forward))
      request.with_respect_to.push_back(param.name);
    for (const ir::NamedType& input : ir::inputs_of(generated->module.forward)) {
      const bool wanted =
          std::find(options.inputs.begin(), options.inputs.end(), input.name) != options.inputs.end();
      if (wanted) request.with_respect_to.push_back(input.name);
    }
    passes.gradient = std::move(request);
  }
  auto optimised = run_pipeline(std::move(generated->module), passes);
  if (!optimised) return problem(diagnostics::Code::bad_option, optimised.error().message);
  auto body = irgen::body_to_run(*model);
  return Compiled{std::move(model), std::move(body), std::move(optimised->module),
                  std::move(generated->no_step)};
}

}  // namespace rnnc::driver
