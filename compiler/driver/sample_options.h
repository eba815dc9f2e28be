// How tokens are drawn, on the command line.
#pragma once

#include <vector>

#include "runtime/train/generate.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace rnnc::driver {

// --temperature, --top-k, --seed.
std::vector<CLI::Option*> add_draw_options(CLI::App& app, train::SampleOptions& options);

}  // namespace rnnc::driver
