// How many threads a command works with.
#pragma once

namespace CLI {
class App;
}

namespace rnnc::driver {

// --threads N; `threads` holds the default.
void add_threads_option(CLI::App& app, int& threads);

}  // namespace rnnc::driver
