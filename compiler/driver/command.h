// A command of `rnnc`: a row in the table of commands.cpp, its code in command_<name>.cpp.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace rnnc::driver {

class Console;

// Exit statuses. 101, the compiler is at fault, is support::check_failed's.
enum class Exit : int { done = 0, input = 1, usage = 2 };

struct Command {
  std::string_view name;
  std::string_view summary;
  std::string_view example;  // ends the `--help`
  // Adds the options to `app`; the function that it returns runs the command with what was given.
  std::function<std::function<Exit(Console&)>(CLI::App& app)> options;
};

// In the order of `rnnc --help`.
const std::vector<Command>& commands();

// Reads the command line and runs one command.
Exit run(int argc, const char* const* argv);

}  // namespace rnnc::driver
