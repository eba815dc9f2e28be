#include <CLI/CLI.hpp>

#include "compiler/driver/commands.h"
#include "compiler/driver/console.h"

namespace rnnc::driver {

Command version_command() {
  return {"version", "Print the version", "  rnnc version", [](CLI::App&) {
            return [](Console& console) {
              console.print("rnnc " RNNC_VERSION "\n");
              return Exit::done;
            };
          }};
}

}  // namespace rnnc::driver
