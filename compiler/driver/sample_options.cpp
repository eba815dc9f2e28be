#include "compiler/driver/sample_options.h"

#include <CLI/CLI.hpp>

namespace rnnc::driver {

std::vector<CLI::Option*> add_draw_options(CLI::App& app, train::SampleOptions& options) {
  return {
      app.add_option("--temperature", options.temperature, "1 by default; 0: always the likeliest")
          ->option_text("NUMBER"),
      app.add_option("--top-k", options.top_k, "Of the k likeliest only")->option_text("NUMBER"),
      app.add_option("--seed", options.seed, "What is drawn depends on; 1 by default")->option_text("NUMBER"),
  };
}

}  // namespace rnnc::driver
