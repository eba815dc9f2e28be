#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/driver/commands.h"
#include "compiler/driver/console.h"

namespace rnnc::driver {

namespace {

struct Options {
  std::string what;
  bool list = false;
};

// E0210, e210, 0210 and shape_mismatch are one code.
const diagnostics::CodeInfo* find(std::string what) {
  std::transform(what.begin(), what.end(), what.begin(), [](unsigned char c) { return std::tolower(c); });
  const bool letter = what.size() > 1 && (what[0] == 'e' || what[0] == 'w') &&
                      std::isdigit(static_cast<unsigned char>(what[1]));
  std::string digits = letter ? what.substr(1) : what;
  const bool number = !digits.empty() && std::all_of(digits.begin(), digits.end(),
                                                     [](unsigned char c) { return std::isdigit(c); });
  for (const diagnostics::CodeInfo& code : diagnostics::all_codes()) {
    if (code.name == what) return &code;
    if (number && digits.size() <= 4 && code.number == std::stoul(digits)) return &code;
  }
  return nullptr;
}

Exit run(const Options& options, Console& console) {
  if (options.list) {
    for (const diagnostics::CodeInfo& code : diagnostics::all_codes()) {
      console.print(fmt::format("{}  {}\n", code.id(), code.title));
    }
    return Exit::done;
  }
  if (options.what.empty()) {
    console.fail("explain what?", "`rnnc explain E0210` explains a code, `rnnc explain --list` lists them");
    return Exit::usage;
  }
  const diagnostics::CodeInfo* code = find(options.what);
  if (code == nullptr) {
    return console.fail(fmt::format("there is no code `{}`", options.what),
                        "`rnnc explain --list` lists them");
  }
  console.print(fmt::format("{}: {}\n\n{}\n", code->id(), code->title, code->explanation));
  return Exit::done;
}

}  // namespace

Command explain_command() {
  return {"explain", "Explain the code of a diagnostic", "  rnnc explain E0210", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("CODE", options->what, "As a diagnostic shows it: E0210");
            app.add_flag("--list", options->list, "List all codes");
            return [options](Console& console) { return run(*options, console); };
          }};
}

}  // namespace rnnc::driver
