#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>

#include "compiler/driver/checkpoint.h"
#include "compiler/driver/commands.h"
#include "compiler/driver/console.h"
#include "compiler/driver/sample_options.h"
#include "compiler/driver/step_model.h"
#include "compiler/driver/target.h"
#include "compiler/driver/weights.h"
#include "runtime/formats/safetensors.h"
#include "runtime/train/generate.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;

struct Options {
  std::string weights;
  std::string prime;
  train::SampleOptions sample = {.length = 500};
};

Exit run(const Options& options, Console& console) {
  if (auto good = train::check(options.sample); !good)
    return console.fail(problem(Code::bad_option, good.error().message));
  auto file = formats::read_safetensors(options.weights);
  if (!file) {
    return console.fail(problem(Code::bad_file, file.error().message,
                                "`sample` takes what `rnnc train` writes: best.safetensors in its folder"));
  }
  const Origin origin = from_metadata(file->metadata);
  auto vocabularies = formats::vocabularies_of(file->metadata);
  if (!vocabularies) return console.fail(problem(Code::bad_file, vocabularies.error().message));
  if (origin.text.spec.empty() || vocabularies->empty()) {
    return console.fail(problem(Code::cannot_generate,
                                fmt::format("`{}` holds no spec with a vocabulary", options.weights),
                                "text is drawn from what `rnnc train` has learnt from text"));
  }
  Spec spec = load_origin(options.weights, origin);
  Target target;
  target.spec = options.weights;
  const auto model = instantiate(target, spec);
  console.report(spec.sink, spec.sources);
  if (!model) return Exit::input;
  auto weights = from_tensors(*model, file->tensors, options.weights);
  if (!weights) return console.fail(weights.error());
  auto compiled = compile(model, {});
  if (!compiled) return console.fail(compiled.error(), spec.sources);
  auto steps = make_step_model(*compiled, *weights);
  if (!steps) return console.fail(steps.error());
  const auto& targets = (*steps)->targets();
  const auto vocabulary = vocabularies->find(targets.empty() ? "" : targets[0].target);
  if (vocabulary == vocabularies->end()) {
    return console.fail(
        problem(Code::cannot_generate, fmt::format("`{}` holds no vocabulary of what `{}` predicts",
                                                   options.weights, compiled->body->name)));
  }
  if (auto tokens = vocabulary->second.encode(options.prime, "--prime"); !tokens) {
    return console.fail(problem(Code::bad_option, tokens.error().message));
  }
  console.print(options.prime);
  auto print = [&](std::string_view piece) {
    console.print(piece);
    return std::ferror(stdout) == 0;
  };
  auto done = train::sample_text(**steps, vocabulary->second, options.prime, options.sample, print);
  console.print("\n");
  if (!done) return console.fail(problem(Code::cannot_generate, done.error().message));
  return Exit::done;
}

}  // namespace

Command sample_command() {
  return {"sample", "Draw text from a trained model",
          "  rnnc sample bible/best.safetensors --prime \"In the beginning\" --temperature 0.7 --seed 3",
          [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("WEIGHTS", options->weights, "A checkpoint of `rnnc train`; it holds its spec")
                ->required();
            app.add_option("--prime", options->prime, "What is taken as said")->option_text("TEXT");
            app.add_option("--length", options->sample.length, "How much to draw; 500 by default")
                ->option_text("NUMBER");
            add_draw_options(app, options->sample);
            return [options](Console& console) { return run(*options, console); };
          }};
}

}  // namespace rnnc::driver
