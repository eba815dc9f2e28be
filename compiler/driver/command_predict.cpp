#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "compiler/driver/commands.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/console.h"
#include "compiler/driver/data.h"
#include "compiler/driver/pass_options.h"
#include "compiler/driver/run_inputs.h"
#include "runtime/formats/npz.h"

namespace rnnc::driver {

namespace {

struct Options {
  RunOptions run;
  PassOptions passes;
  std::string output;
  bool teacher = false;
  bool states = false;
};

std::vector<formats::Tensor> to_arrays(const Compiled& compiled, const Arrays& results,
                                       const Options& options) {
  const auto real = options.run.engine == EngineKind::interp ? formats::DType::kF64 : formats::DType::kF32;
  const ir::Function& forward = compiled.module.forward;
  std::vector<formats::Tensor> arrays;
  auto add = [&](const std::string& name) {
    arrays.push_back(
        to_tensor(name, results.at(name), forward.type(forward.result(name)), compiled.module.dims, real));
  };
  for (const sema::NamedNode& output : compiled.body->outputs) add(output.name);
  if (options.states) {
    for (const ir::StateEntry& entry : compiled.module.state) add("state." + entry.path);
  }
  return arrays;
}

bool feeds_back(const sema::Body& body) {
  return std::any_of(body.feedback.begin(), body.feedback.end(),
                     [](const sema::Feedback& f) { return f.delayed_use; });
}

Exit run(const Options& options, Console& console) {
  std::optional<RunInputs> inputs = read_inputs(options.run, console);
  if (!inputs) return Exit::input;
  CompileOptions how;
  how.passes = options.passes.pipeline();
  auto compiled = compile(inputs->model, how);
  if (!compiled) return console.fail(compiled.error(), inputs->spec.sources);
  if (feeds_back(*compiled->body) && !options.teacher) {
    return console.fail(problem(diagnostics::Code::not_run_yet,
                                "this version cannot feed a model's own predictions back",
                                "`--teacher` feeds the true targets"));
  }
  const ir::Function& forward = compiled->module.forward;
  auto arguments = arguments_from(inputs->data, *compiled, forward, {options.teacher}, options.run.data);
  if (!arguments) return console.fail(arguments.error());
  arguments->params = to_params(*inputs->model, inputs->weights);
  auto engine = make_engine(options.run.engine, forward, compiled->module.dims);
  if (!engine) return console.fail(engine.error());
  auto results = (*engine)->run(*arguments);
  if (!results) return console.fail(results.error());
  if (auto written = formats::write_npz(options.output, to_arrays(*compiled, *results, options)); !written) {
    return console.fail(problem(diagnostics::Code::bad_file, written.error().message));
  }
  return Exit::done;
}

}  // namespace

Command predict_command() {
  return {
      "predict", "Run a model on data",
      "  rnnc predict tagger.rnn --weights w.safetensors --data in.npz -o out.npz", [](CLI::App& app) {
        auto options = std::make_shared<Options>();
        options->run.add_options(app);
        options->passes.add_options(app);
        app.add_option("-o,--output", options->output, "The .npz to write")->option_text("FILE")->required();
        app.add_flag("--teacher", options->teacher,
                     "Feed the true targets back, not the model's own predictions");
        app.add_flag("--states", options->states, "Write the last states too, as `state.<path>`");
        return [options](Console& console) { return run(*options, console); };
      }};
}

}  // namespace rnnc::driver
