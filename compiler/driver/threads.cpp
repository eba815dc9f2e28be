#include "compiler/driver/threads.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace rnnc::driver {

void add_threads_option(CLI::App& app, int& threads) {
  constexpr int kMost = 256;
  app.add_option(
         "--threads", threads,
         fmt::format("Threads that share the work, without changing a bit of the result; {} by default",
                     threads == 1 ? "1" : "as many as there are cores"))
      ->option_text("NUMBER")
      ->check(CLI::Range(1, kMost).description(""));
}

}  // namespace rnnc::driver
