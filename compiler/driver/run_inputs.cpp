#include "compiler/driver/run_inputs.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "compiler/driver/checkpoint.h"
#include "compiler/driver/console.h"
#include "compiler/driver/threads.h"
#include "compiler/driver/train_flags.h"
#include "compiler/driver/trainable.h"
#include "runtime/formats/safetensors.h"

namespace rnnc::driver {

void add_engine_option(CLI::App& app, EngineKind& engine) {
  const std::map<std::string, EngineKind> kinds = {{"jit", EngineKind::jit}, {"interp", EngineKind::interp}};
  app.add_option("--engine", engine, "What computes: jit (machine code, f32), interp (double precision)")
      ->transform(CLI::Transformer(kinds).description(""))
      ->option_text("NAME");
}

void RunOptions::add_options(CLI::App& app, bool data_required) {
  target.add_options(app);
  auto* given =
      app.add_option("--weights", weights, "What `init` or `train` wrote; else those of a checkpoint")
          ->option_text("FILE");
  app.parse_complete_callback([this, given] {
    if (given->empty() && !is_checkpoint(target.spec)) throw CLI::RequiredError("--weights");
  });
  data.add_options(app, data_required);
  add_engine_option(app, engine);
  add_threads_option(app, threads);
}

std::optional<RunInputs> read_inputs(const RunOptions& options, Console& console) {
  auto bad_file = [&](const std::string& message, const char* help = "") {
    console.fail(problem(diagnostics::Code::bad_file, message, help));
    return std::nullopt;
  };
  auto file = formats::read_safetensors(options.weights_file());
  if (!file) return bad_file(file.error().message);
  RunInputs inputs{open_spec(options.target.spec), nullptr, {}, {}, {}, {}};
  auto kept = formats::vocabularies_of(file->metadata);
  if (!kept) return bad_file(kept.error().message);
  inputs.vocabularies = *kept;
  if (!options.data.file.empty()) {
    auto source = DataFile::read(options.data, std::move(*kept), DataFile::Use::ask);
    if (!source) return console.fail(source.error()), std::nullopt;
    inputs.source = std::move(*source);
    if (const auto* arrays = inputs.source->npz()) inputs.data = *arrays;
  }
  const auto from_data = [&](const sema::Body& body) {
    std::map<std::string, int64_t> sizes;
    if (!inputs.source) return sizes;
    sizes = inputs.source->settle(body, inputs.spec.sink);
    inputs.vocabularies = inputs.source->vocabularies();
    return sizes;
  };
  inputs.model = instantiate(options.target, inputs.spec, {from_metadata(file->metadata).sizes, from_data});
  console.report(inputs.spec.sink, inputs.spec.sources);
  if (!inputs.model) return std::nullopt;
  auto weights = from_tensors(*inputs.model, file->tensors, options.weights_file());
  if (!weights) return console.fail(weights.error()), std::nullopt;
  inputs.weights = std::move(*weights);
  return inputs;
}

Outcome<> take_arrays(RunInputs& inputs, const Compiled& compiled, train::Reading reading,
                      const TrainFlags& flags) {
  if (!inputs.source || inputs.source->npz() != nullptr) return support::Unit{};
  auto settings = settings_of(*inputs.model->body, flags);
  if (!settings) return settings.error();
  auto arrays = inputs.source->arrays(signature_of(compiled), *settings, reading);
  if (!arrays) return arrays.error();
  inputs.data = std::move(*arrays);
  return support::Unit{};
}

std::map<std::string, interp::Array> to_params(const sema::Model& model, const Values& values) {
  std::map<std::string, interp::Array> params;
  for (const sema::Parameter& parameter : sema::parameters(model)) {
    params[parameter.path] = {ir::Element::real, parameter.shape, values.at(parameter.path)};
  }
  return params;
}

}  // namespace rnnc::driver
