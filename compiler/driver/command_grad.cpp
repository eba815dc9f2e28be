#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <optional>

#include "compiler/driver/commands.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/console.h"
#include "compiler/driver/data.h"
#include "compiler/driver/pass_options.h"
#include "compiler/driver/run_inputs.h"
#include "runtime/formats/safetensors.h"

namespace rnnc::driver {

namespace {

struct Options {
  RunOptions run;
  PassOptions passes;
  std::string output;
  std::optional<uint64_t> dropout_epoch;
  uint64_t seed = 1;
};

constexpr std::string_view kCotangent = "grad.";

// Results whose cotangents the data give, and real inputs by which to differentiate.
CompileOptions what_to_differentiate(const RunInputs& inputs, const Options& options) {
  CompileOptions compile;
  compile.gradient = true;
  compile.passes = options.passes.pipeline();
  compile.training = options.dropout_epoch.has_value();
  for (const formats::Tensor& tensor : inputs.data) {
    if (tensor.name.starts_with(kCotangent)) compile.given.push_back(tensor.name.substr(kCotangent.size()));
    if (tensor.name.starts_with("state.")) compile.inputs.push_back(tensor.name);
  }
  for (const sema::InputDecl& input : inputs.model->body->inputs) {
    if (!input.type.token) compile.inputs.push_back(input.name);
  }
  return compile;
}

// The gradients as a file, under the names that parameters have in files.
formats::TensorFile to_file(const RunInputs& inputs, const Compiled& compiled, const Arrays& results,
                            formats::DType real) {
  const ir::Module& module = compiled.module;
  Values gradients;
  formats::TensorFile file;
  for (const ir::NamedResult& result : module.gradient->results()) {
    if (result.name == "loss") file.metadata["loss"] = fmt::format("{}", results.at("loss").values.at(0));
    if (!result.name.starts_with(kCotangent)) continue;
    const std::string name = result.name.substr(kCotangent.size());
    if (inputs.weights.contains(name)) {
      gradients[name] = results.at(result.name).values;
    } else {
      file.tensors.push_back(to_tensor("input." + name, results.at(result.name),
                                       module.gradient->type(result.value), module.dims, real));
    }
  }
  // What nothing reads has no slope.
  for (const auto& [path, value] : inputs.weights) gradients.try_emplace(path, value.size());
  for (const sema::InputDecl& input : inputs.model->body->inputs) {
    const std::string name = "input." + input.name;
    const formats::Tensor* given = formats::find(inputs.data, input.name);
    if (input.type.token || given == nullptr || formats::find(file.tensors, name) != nullptr) continue;
    const size_t count = formats::element_count(given->shape).value_or(0);
    file.tensors.push_back(real == formats::DType::kF64
                               ? formats::make_tensor(name, given->shape, std::vector<double>(count))
                               : formats::make_tensor(name, given->shape, std::vector<float>(count)));
  }
  for (formats::Tensor& tensor : to_tensors(*inputs.model, gradients, Terms::gradient, real))
    file.tensors.push_back(std::move(tensor));
  return file;
}

Exit run(const Options& options, Console& console) {
  std::optional<RunInputs> inputs = read_inputs(options.run, console);
  if (!inputs) return Exit::input;
  auto compiled = compile(inputs->model, what_to_differentiate(*inputs, options));
  if (!compiled) return console.fail(compiled.error(), inputs->spec.sources);
  if (auto taken = take_arrays(*inputs, *compiled, train::Reading::kEverything); !taken)
    return console.fail(taken.error());
  const ir::Function& gradient = *compiled->module.gradient;
  auto arguments = arguments_from(inputs->data, *compiled, gradient, {true}, options.run.data.file);
  if (!arguments) return console.fail(arguments.error());
  arguments->params = to_params(*inputs->model, inputs->weights);
  arguments->keys.seed = options.seed;
  arguments->keys.epoch = options.dropout_epoch.value_or(0);
  core::Team team(options.run.threads);
  auto engine = make_engine(options.run.engine, gradient, compiled->module.dims, team);
  if (!engine) return console.fail(engine.error());
  auto results = (*engine)->run(*arguments);
  if (!results) return console.fail(results.error());
  const auto real = options.run.engine == EngineKind::interp ? formats::DType::kF64 : formats::DType::kF32;
  formats::TensorFile file = to_file(*inputs, *compiled, *results, real);
  if (auto written = formats::write_safetensors(options.output, file); !written) {
    return console.fail(problem(diagnostics::Code::bad_file, written.error().message));
  }
  if (file.metadata.contains("loss")) console.note("loss " + file.metadata["loss"]);
  return Exit::done;
}

}  // namespace

Command grad_command() {
  return {
      "grad", "Write the gradient of a model's loss",
      "  rnnc grad char_lm.rnn --weights w.safetensors --data in.npz -o g.safetensors\n"
      "  rnnc grad library:LSTM --weights w.safetensors --data in.npz -o g.safetensors\n"
      "                                    of a cell: `grad.h` in the data is the cotangent of its output h",
      [](CLI::App& app) {
        auto options = std::make_shared<Options>();
        options->run.add_options(app);
        options->passes.add_options(app);
        app.add_option("-o,--output", options->output, "The .safetensors to write")
            ->option_text("FILE")
            ->required();
        app.add_option("--dropout-epoch", options->dropout_epoch,
                       "With dropout, its masks those of this epoch")
            ->option_text("NUMBER");
        app.add_option("--seed", options->seed, "What the masks depend on; 1 by default")
            ->option_text("NUMBER");
        return [options](Console& console) { return run(*options, console); };
      }};
}

}  // namespace rnnc::driver
