#include "compiler/driver/pass_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "compiler/ir/text.h"

namespace rnnc::driver {

void PassOptions::add_options(CLI::App& app) {
  const char* group = "To look into the compiler";
  app.add_option("--skip-pass", skip, "Leave a pass out")
      ->option_text("PASS")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--dump-after", dump_after, "Show the IR after a pass")
      ->option_text("PASS")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--bisect", bisect, "Run only the first executions of passes")
      ->option_text("NUMBER")
      ->group(group);
}

PipelineOptions PassOptions::pipeline() const {
  PipelineOptions options;
  options.skip = skip;
  options.dump_after = dump_after;
  options.bisect = bisect;
  options.dump = [](std::string_view pass, const ir::Function& function, const ir::DimTable& dims) {
    fmt::print(stderr, "# after {}\n{}\n", pass, ir::print(function, dims));
  };
  return options;
}

}  // namespace rnnc::driver
