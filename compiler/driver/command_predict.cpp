#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "compiler/driver/commands.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/console.h"
#include "compiler/driver/data.h"
#include "compiler/driver/feed_back.h"
#include "compiler/driver/own_targets.h"
#include "compiler/driver/part.h"
#include "compiler/driver/pass_options.h"
#include "compiler/driver/run_inputs.h"
#include "compiler/driver/sample_options.h"
#include "runtime/formats/npz.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;
using formats::Tensor;

struct Options {
  RunOptions run;
  PassOptions passes;
  std::string output;
  bool teacher = false, states = false, sample = false;
  train::SampleOptions draw;
  std::optional<int64_t> length;
};

class Prediction {
 public:
  Prediction(const Options& options, Console& console) : options_(options), console_(console) {}

  Exit run() {
    if (auto good = train::check(options_.draw); !good)
      return console_.fail(problem(Code::bad_option, good.error().message));
    inputs_ = read_inputs(options_.run, console_);
    if (!inputs_) return Exit::input;
    CompileOptions how;
    how.passes = options_.passes.pipeline();
    auto compiled = compile(inputs_->model, how);
    if (!compiled) return console_.fail(compiled.error(), inputs_->spec.sources);
    compiled_ = std::move(*compiled);
    const bool feeds_back = !options_.teacher && !targets_read(compiled_).empty();
    if (!feeds_back && (options_.sample || options_.length)) {
      return console_.fail(problem(Code::cannot_generate,
                                   fmt::format("`{}` does not read its own predictions: there is nothing to "
                                               "draw, and its sequences are as long as the data's",
                                               compiled_.body->name)));
    }
    if (feeds_back) {
      if (auto good = check_feed_back(compiled_); !good) return console_.fail(good.error());
    }
    auto arrays = feeds_back ? on_its_own() : on_data();
    if (!arrays) return console_.fail(arrays.error());
    if (auto written = formats::write_npz(options_.output, *arrays); !written)
      return console_.fail(problem(Code::bad_file, written.error().message));
    return Exit::done;
  }

 private:
  formats::DType real() const {
    return options_.run.engine == EngineKind::interp ? formats::DType::kF64 : formats::DType::kF32;
  }

  bool is_output(const std::string& name) const {
    return std::ranges::any_of(compiled_.body->outputs, [&](const auto& o) { return o.name == name; });
  }

  // Arguments for the part of `forward` that makes outputs, and if they are wanted last states.
  Outcome<interp::Arguments> read_arguments(const ir::Function& function, const DataUse& use) const {
    const std::string file = options_.run.data.empty() ? "--data" : options_.run.data;
    auto arguments = arguments_from(inputs_->data, compiled_, function, use, file);
    if (arguments) arguments->params = to_params(*inputs_->model, inputs_->weights);
    return arguments;
  }

  ir::Function part(bool states) const {
    return part_of(compiled_.module.forward, compiled_.module.dims, [&](const std::string& name) {
      return is_output(name) || (states && name.starts_with("state."));
    });
  }

  Outcome<std::vector<Tensor>> on_data() const {
    const ir::Function forward = part(options_.states);
    auto arguments = read_arguments(forward, {});
    if (!arguments) return arguments.error();
    auto engine = make_engine(options_.run.engine, forward, compiled_.module.dims);
    if (!engine) return engine.error();
    auto results = (*engine)->run(*arguments);
    if (!results) return results.error();
    std::vector<Tensor> arrays;
    auto add = [&](const std::string& name) {
      arrays.push_back(to_tensor(name, results->at(name), forward.type(forward.result(name)),
                                 compiled_.module.dims, real()));
    };
    for (const sema::NamedNode& output : compiled_.body->outputs) add(output.name);
    if (options_.states) {
      for (const ir::StateEntry& entry : compiled_.module.state) add("state." + entry.path);
    }
    return arrays;
  }

  Outcome<std::vector<Tensor>> on_its_own() const {
    auto arguments = read_arguments(part(true), {.targets = false});
    if (!arguments) return arguments.error();
    FeedBackOptions how{options_.run.engine, options_.draw, options_.length, nullptr, false};
    if (!options_.sample) how.draw.temperature = 0;
    if (inputs_->vocabulary) how.vocabulary = &*inputs_->vocabulary;
    how.continues = std::ranges::any_of(
        inputs_->data, [](const Tensor& tensor) { return tensor.name.starts_with("state."); });
    auto made = feed_back(compiled_, *arguments, how);
    if (!made) return made.error();
    std::vector<Tensor> arrays;
    for (const FedBackRun::Result& result : made->results) {
      if (result.name.starts_with("state.") && !options_.states) continue;
      arrays.push_back(to_tensor(result.name, result.array, result.type, compiled_.module.dims, real()));
    }
    arrays.push_back(formats::make_tensor("lengths", {made->lengths.size()}, made->lengths));
    return arrays;
  }

  const Options& options_;
  Console& console_;
  std::optional<RunInputs> inputs_;
  Compiled compiled_;
};

}  // namespace

Command predict_command() {
  return {
      "predict", "Run a model on data",
      "  rnnc predict tagger.rnn --weights w.safetensors --data in.npz -o out.npz\n"
      "  rnnc predict caption.rnn --weights w.safetensors --data images.npz -o out.npz --length 20\n"
      "                                    on its own predictions: `words` in out.npz is what it said,\n"
      "                                    `lengths` how much of it counts\n"
      "  rnnc predict caption.rnn --weights w.safetensors --data in.npz -o out.npz --teacher\n"
      "                                    on the true words of in.npz",
      [](CLI::App& app) {
        auto options = std::make_shared<Options>();
        options->run.add_options(app, false);
        options->passes.add_options(app);
        app.add_option("-o,--output", options->output, "The .npz to write")->option_text("FILE")->required();
        auto* teacher = app.add_flag("--teacher", options->teacher,
                                     "Feed the true targets back, not the model's own predictions");
        app.add_flag("--states", options->states, "Write the last states too, as `state.<path>`");
        auto* sample =
            app.add_flag(
                   "--sample", options->sample,
                   "Draw what is fed back; else it is the likeliest. Sequence b has the seed `seed + b`")
                ->excludes(teacher);
        app.add_option("--length", options->length,
                       "Steps of what is fed back, where no input and no `<end>` ends it sooner")
            ->option_text("NUMBER")
            ->excludes(teacher);
        for (CLI::Option* option : add_draw_options(app, options->draw)) option->needs(sample);
        return [options](Console& console) { return Prediction(*options, console).run(); };
      }};
}

}  // namespace rnnc::driver
