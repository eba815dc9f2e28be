#include "compiler/driver/run_inputs.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "compiler/driver/checkpoint.h"
#include "compiler/driver/console.h"
#include "compiler/driver/data.h"
#include "runtime/formats/npz.h"
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
  app.add_option("--data", data, "An .npz with an array for each input")
      ->option_text("FILE")
      ->required(data_required);
  add_engine_option(app, engine);
}

std::optional<RunInputs> read_inputs(const RunOptions& options, Console& console) {
  auto bad_file = [&](const std::string& message, const char* help = "") {
    console.fail(problem(diagnostics::Code::bad_file, message, help));
    return std::nullopt;
  };
  auto file = formats::read_safetensors(options.weights_file());
  if (!file) return bad_file(file.error().message);
  RunInputs inputs{open_spec(options.target.spec), nullptr, {}, {}, {}};
  if (!options.data.empty()) {
    auto data = formats::read_npz(options.data);
    if (!data) {
      return bad_file(data.error().message, options.data.ends_with(".npz")
                                                ? ""
                                                : "`--data` takes an .npz here, as `numpy.savez` writes it");
    }
    inputs.data = std::move(*data);
  }
  if (auto entries = file->metadata.find("vocabulary"); entries != file->metadata.end()) {
    auto vocabulary = formats::Vocabulary::from_json(entries->second);
    if (!vocabulary) return bad_file(vocabulary.error().message);
    inputs.vocabulary = std::move(*vocabulary);
  }
  inputs.model = instantiate(options.target, inputs.spec,
                             {from_metadata(file->metadata).sizes,
                              [&](const sema::Body& body) { return sizes_from(inputs.data, body); }});
  console.report(inputs.spec.sink, inputs.spec.sources);
  if (!inputs.model) return std::nullopt;
  auto weights = from_tensors(*inputs.model, file->tensors, options.weights_file());
  if (!weights) return console.fail(weights.error()), std::nullopt;
  inputs.weights = std::move(*weights);
  return inputs;
}

std::map<std::string, interp::Array> to_params(const sema::Model& model, const Values& values) {
  std::map<std::string, interp::Array> params;
  for (const sema::Parameter& parameter : sema::parameters(model)) {
    params[parameter.path] = {ir::Element::real, parameter.shape, values.at(parameter.path)};
  }
  return params;
}

}  // namespace rnnc::driver
