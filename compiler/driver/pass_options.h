// What can be said about the passes: for those who look for the one that breaks something.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/driver/pipeline.h"

namespace CLI {
class App;
}

namespace rnnc::driver {

class Console;

struct PassOptions {
  std::vector<std::string> skip, dump_after;
  std::optional<size_t> bisect;

  void add_options(CLI::App& app);
  // Dumps go to standard error.
  PipelineOptions pipeline() const;
};

}  // namespace rnnc::driver
