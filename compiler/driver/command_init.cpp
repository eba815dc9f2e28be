#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "compiler/driver/checkpoint.h"
#include "compiler/driver/commands.h"
#include "compiler/driver/console.h"
#include "compiler/driver/table.h"
#include "compiler/driver/target.h"
#include "compiler/driver/weights.h"
#include "runtime/formats/safetensors.h"

namespace rnnc::driver {

namespace {

struct Options {
  Target target;
  std::string output;
  uint64_t seed = 1;
};

Exit run(const Options& options, Console& console) {
  Spec spec = open_spec(options.target.spec);
  const std::shared_ptr<const sema::Model> model = instantiate(options.target, spec);
  console.report(spec.sink, spec.sources);
  if (!model) return Exit::input;
  formats::TensorFile file;
  file.metadata = to_metadata(origin_of(spec, *model));
  file.tensors = to_tensors(*model, initial_values(*model, options.seed), Terms::value, formats::DType::kF32);
  if (auto written = formats::write_safetensors(options.output, file); !written) {
    return console.fail(problem(diagnostics::Code::bad_file, written.error().message));
  }
  size_t bytes = 0;
  for (const formats::Tensor& tensor : file.tensors) bytes += tensor.data.size();
  console.note(fmt::format("{}: {} numbers of `{}` in {} tensors, seed {}", options.output,
                           with_commas(static_cast<int64_t>(bytes / sizeof(float))), model->body->name,
                           file.tensors.size(), options.seed));
  return Exit::done;
}

}  // namespace

Command init_command() {
  return {"init", "Write fresh weights", "  rnnc init char_lm.rnn -D V=96 --seed 1 -o w.safetensors",
          [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            options->target.add_options(app);
            app.add_option("-o,--output", options->output, "The weights file to write")
                ->option_text("FILE")
                ->required();
            app.add_option("--seed", options->seed, "What the random numbers depend on; 1 by default")
                ->option_text("NUMBER");
            return [options](Console& console) { return run(*options, console); };
          }};
}

}  // namespace rnnc::driver
