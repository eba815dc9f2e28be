#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "compiler/driver/at_least.h"
#include "compiler/driver/checkpoint.h"
#include "compiler/driver/commands.h"
#include "compiler/driver/console.h"
#include "compiler/driver/flow_data.h"
#include "compiler/driver/flow_report.h"
#include "compiler/driver/pass_options.h"
#include "compiler/driver/run_inputs.h"
#include "compiler/driver/target.h"
#include "compiler/irgen/alone.h"
#include "runtime/formats/safetensors.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;

struct Options {
  std::vector<std::string> specs, models, cells, weights;
  Target sizes;  // only its -D
  DataOptions data;
  TrainFlags cut;
  PassOptions passes;
  EngineKind engine = EngineKind::jit;
  std::string output, over;
  uint64_t seed = 1;
  int64_t every = 1, sequences = 1;
  bool json = false, jacobian = false;
};

// What the models are, in the order of the command line.
Outcome<std::vector<Target>> targets_of(const Options& options) {
  const std::vector<std::string>& names = options.models.empty() ? options.cells : options.models;
  if (options.specs.size() > 1 && !names.empty()) {
    return problem(Code::bad_option,
                   "--model and --cell choose among what one SPEC holds, and there are several",
                   "name the SPEC once, with one --model after the other; or files that hold one model each");
  }
  std::vector<Target> targets;
  for (const std::string& spec : options.specs) {
    for (size_t i = 0; i < std::max(names.size(), size_t{1}); ++i) {
      Target target = options.sizes;
      target.spec = spec;
      if (i < options.models.size()) target.model = options.models[i];
      if (i < options.cells.size()) target.cell = options.cells[i];
      targets.push_back(std::move(target));
    }
  }
  if (!options.weights.empty() && options.weights.size() != targets.size()) {
    return problem(Code::bad_option,
                   fmt::format("{} --weights for {} models", options.weights.size(), targets.size()),
                   "one for each model, in their order; without any they are a checkpoint's, or fresh ones");
  }
  return targets;
}

// The value of an input in each sequence of the batch.
Outcome<std::vector<double>> values_over(const std::string& name, const Compiled& compiled,
                                         const interp::Arguments& arguments) {
  auto wrong = [&](const std::string& why) {
    return problem(Code::bad_option, fmt::format("--over {}: {}", name, why),
                   "an input of one number that is the same at all steps of a sequence");
  };
  const auto& inputs = compiled.body->inputs;
  const auto input = std::ranges::find(inputs, name, &sema::InputDecl::name);
  const auto given = arguments.inputs.find(name);
  if (input == inputs.end()) return wrong(fmt::format("`{}` has no such input", compiled.body->name));
  if (given == arguments.inputs.end()) return wrong("nothing reads it");
  const interp::Array& array = given->second;
  const size_t batch = static_cast<size_t>(arguments.batch);
  if (array.shape.size() != (input->type.clock ? 2 : 1)) return wrong("it is more than one number");
  if (array.values.size() < batch) return wrong("there are no steps");
  std::vector<double> values(array.values.begin(), array.values.begin() + arguments.batch);
  for (size_t i = batch; i < array.values.size(); ++i) {
    if (array.values[i] != values[i % batch])
      return wrong(fmt::format("it changes in sequence {} at step {}", i % batch, i / batch + 1));
  }
  return values;
}

class GradFlow {
 public:
  GradFlow(const Options& options, Console& console) : options_(options), console_(console) {}

  Exit run() {
    auto targets = targets_of(options_);
    if (!targets) return console_.fail(targets.error());
    for (size_t i = 0; i < targets->size(); ++i) {
      if (!add((*targets)[i], options_.weights.empty() ? "" : options_.weights[i])) return Exit::input;
    }
    label(models_);
    if (auto drawn = draw(); !drawn) return console_.fail(problem(Code::bad_file, drawn.error().message));
    console_.print(options_.json ? to_json(models_).dump(2) + "\n" : text());
    for (const ModelFlow& model : models_) {
      if (model.jacobians && !model.jacobians->refusal.empty()) {
        console_.note(fmt::format("`{}` does not run step by step, so no step of it has a Jacobian: {}",
                                  model.label, model.jacobians->refusal));
      }
    }
    return Exit::done;
  }

 private:
  bool complain(const diagnostics::Diagnostic& diagnostic, const support::SourceMap& sources = {}) {
    return console_.fail(diagnostic, sources), false;
  }

  bool add(const Target& target, std::string weights) {
    if (weights.empty() && is_checkpoint(target.spec)) weights = target.spec;
    formats::TensorFile file;
    formats::Vocabularies kept;
    if (!weights.empty() && !read_weights(weights, file, kept)) return false;
    auto data = DataFile::read(options_.data, std::move(kept),
                               weights.empty() ? DataFile::Use::learn : DataFile::Use::ask);
    if (!data) return complain(data.error());
    Spec spec = open_spec(target.spec);
    SizeHints hints;
    hints.weights = from_metadata(file.metadata).sizes;
    hints.data = [&](const sema::Body& body) { return data->settle(body, spec.sink); };
    const auto model = instantiate(target, spec, hints);
    console_.report(spec.sink, spec.sources);
    if (!model) return false;
    Values values;
    if (weights.empty()) {
      values = initial_values(*model, options_.seed);
    } else {
      auto read = from_tensors(*model, file.tensors, weights);
      if (!read) return complain(read.error());
      values = std::move(*read);
    }
    auto flow = measure(target, model, values, *data);
    if (!flow) return complain(flow.error(), spec.sources);
    models_.push_back(std::move(*flow));
    return true;
  }

  bool read_weights(const std::string& name, formats::TensorFile& file, formats::Vocabularies& kept) {
    auto read = formats::read_safetensors(name);
    if (!read) return complain(problem(Code::bad_file, read.error().message));
    file = std::move(*read);
    auto vocabularies = formats::vocabularies_of(file.metadata);
    if (!vocabularies) return complain(problem(Code::bad_file, vocabularies.error().message));
    kept = std::move(*vocabularies);
    return true;
  }

  Outcome<ModelFlow> measure(const Target& target, const std::shared_ptr<const sema::Model>& model,
                             const Values& weights, const DataFile& data) const {
    ModelFlow made{{}, model->body->name, target.spec, {}, {}, {}, {}};
    auto objective = objective_of(*irgen::body_to_run(*model), cotangents_of(data));
    if (!objective) return objective.error();
    made.objective = std::move(*objective);
    auto compiled = compile(model, for_flow(made.objective, options_.passes.pipeline()));
    if (!compiled) return compiled.error();
    TrainFlags cut = options_.cut;
    cut["valid"] = "0";  // nothing is held out: small tables are looked at as a whole
    cut["seed"] = std::to_string(options_.seed);
    auto arguments = flow_arguments(data, *compiled, weights, cut);
    if (!arguments) return arguments.error();
    auto flow = measure_flow(*compiled, made.objective, *arguments, options_.engine);
    if (!flow) return flow.error();
    made.flow = std::move(*flow);
    if (!options_.over.empty()) {
      auto over = values_over(options_.over, *compiled, *arguments);
      if (!over) return over.error();
      made.over = std::move(*over);
    }
    if (!options_.jacobian) return made;
    auto jacobians = step_jacobians(model, *arguments, options_.engine, options_.sequences);
    if (!jacobians) return jacobians.error();
    made.jacobians = std::move(*jacobians);
    return made;
  }

  formats::Status draw() const {
    if (options_.output.empty()) return formats::ok();
    return formats::write_svg(
        options_.output, options_.over.empty() ? time_chart(models_) : over_chart(models_, options_.over));
  }

  std::string text() const {
    std::string text = heads_of(models_);
    if (options_.over.empty()) {
      text += "mean over the sequences of the norm of ∂E/∂s, after step t (0: the first value)\n\n";
      text += time_table(models_, options_.every) + "\n" + distance_table(models_);
    } else {
      text +=
          "the state after the last step, and ∂E by its first value\n\n" + over_table(models_, options_.over);
    }
    if (options_.jacobian) {
      text += "\nspectral norm of ∂s_t/∂s_{t-1}\n\n";
      text += jacobian_table(models_, options_.every) + "\n" + jacobian_summary(models_);
    }
    return text;
  }

  const Options& options_;
  Console& console_;
  ModelFlows models_;
};

constexpr std::string_view kExample =
    "  rnnc gradflow char_lm.rnn --data bible.txt --every 10 -o flow.svg\n"
    "  rnnc gradflow tasks.rnn --model Simple --model Gated --data in.npz -o flow.svg\n"
    "                                    two models in one picture\n"
    "  rnnc gradflow run/best.safetensors --data in.npz --jacobian --every 20\n"
    "  rnnc gradflow lecture.rnn --data w.csv --over w -o lecture.svg\n"
    "\n"
    "Shows how gradients vanish or explode. E is the loss of the batch; of a model without\n"
    "a loss the sum of the elements of its outputs at each sequence's last step; where an\n"
    ".npz holds `grad.<output>`, that output times it. A norm is √Σ (∂E/∂s)² over the\n"
    "elements of a state s of one sequence after step t, through all that reads s from there\n"
    "on; then the mean over the sequences of the batch that are so long.\n"
    "\n"
    "Time counts from the start: t = 0 is the first value. Distance counts from where each\n"
    "sequence's own run ends. The backward half of `bidirectional` stands at the step that it\n"
    "has just read: it ends at t = 1, and its first value is behind the last step.\n"
    "\n"
    "The batch is all of an .npz; of text and tables the first one of a training that holds\n"
    "nothing out (with tbptt its first window). Norms below 1e-38 need --engine interp.";

void add_options(CLI::App& app, Options& options) {
  app.add_option("SPEC", options.specs, "One or more: a .rnn file, `library:NAME`, or a checkpoint")
      ->required();
  options.sizes.add_sizes(app);
  auto* models = app.add_option("--model", options.models, "A model of the SPEC; may be given several times")
                     ->option_text("NAME")
                     ->allow_extra_args(false);
  app.add_option("--cell", options.cells, "A cell that runs alone; may be given several times")
      ->option_text("NAME")
      ->allow_extra_args(false)
      ->excludes(models);
  app.add_option("--weights", options.weights,
                 "Of each model, in their order; else those of a checkpoint, or fresh ones")
      ->option_text("FILE")
      ->allow_extra_args(false);
  options.data.add_options(app);
  add_train_flag(app, options.cut, "batch", "--batch", "Of text and tables: sequences of the batch");
  add_train_flag(app, options.cut, "seq_length", "--seq-length", "Of text and tables: steps of a sequence");
  app.add_option("--seed", options.seed, "What fresh weights and the first batch depend on; 1 by default")
      ->option_text("NUMBER");
  add_engine_option(app, options.engine);
  app.add_option("-o,--output", options.output, "The .svg to draw: a line for each state of each model")
      ->option_text("FILE");
  app.add_option("--every", options.every, "Print every so many steps, and the last")
      ->option_text("NUMBER")
      ->check(at_least(1));
  app.add_flag("--json", options.json, "As JSON, with all steps");
  auto* jacobian =
      app.add_flag("--jacobian", options.jacobian,
                   "Also the largest singular value of ∂s_t/∂s_{t-1}, s all states of a layer together "
                   "and each alone; a run of the model for each step, with a row for each element of s");
  app.add_option("--sequences", options.sequences, "Of how many sequences that is the mean; 1 by default")
      ->option_text("NUMBER")
      ->check(at_least(1))
      ->needs(jacobian);
  app.add_option("--over", options.over,
                 "Instead of time: for each value of this input, one for each sequence, the last state and "
                 "the gradient "
                 "by the first value")
      ->option_text("NAME");
  options.passes.add_options(app);
}

}  // namespace

Command gradflow_command() {
  return {"gradflow", "Show how gradients vanish or explode through time", kExample, [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            add_options(app, *options);
            return [options](Console& console) { return GradFlow(*options, console).run(); };
          }};
}

}  // namespace rnnc::driver
