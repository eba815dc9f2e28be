#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "compiler/ast/print.h"
#include "compiler/driver/commands.h"
#include "compiler/driver/console.h"
#include "compiler/driver/spec.h"

namespace rnnc::driver {

namespace {

struct Options {
  std::vector<std::string> specs;
  std::string output;
  bool check = false;
};

// One file in the house style. True if that changes it.
std::optional<bool> format(const std::string& name, const Options& options, Console& console) {
  Spec spec = load_alone(name);
  if (!spec.good()) {
    console.report(spec.sink, spec.sources);
    return std::nullopt;
  }
  const std::string_view before = spec.sources.file(0).text();
  const std::string after = ast::print(*spec.program.files.front(), before);
  const bool changes = after != before;
  if (options.check) {
    if (changes) console.print(name + "\n");
    return changes;
  }
  const std::string to = !options.output.empty() ? options.output : name;
  if ((changes || to != name || to == "-") && !console.write(to, after)) return std::nullopt;
  return changes;
}

Exit run(const Options& options, Console& console) {
  if (!options.output.empty() && options.specs.size() != 1) {
    console.fail("-o takes one file, and several were given",
                 "without -o each file is formatted in its place");
    return Exit::usage;
  }
  Exit status = Exit::done;
  for (const std::string& name : options.specs) {
    std::optional<bool> changed = format(name, options, console);
    if (!changed || (options.check && *changed)) status = Exit::input;
  }
  return status;
}

}  // namespace

Command fmt_command() {
  return {"fmt", "Bring specs into the house style",
          "  rnnc fmt char_lm.rnn              in its place\n"
          "  rnnc fmt - < char_lm.rnn          from standard input to standard output\n"
          "  rnnc fmt --check *.rnn            name those that would change; exit status 1 if there are any",
          [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("SPEC", options->specs, "Files, or `-` for standard input")->required();
            app.add_option("-o,--output", options->output, "Write here; `-` is standard output")
                ->option_text("FILE");
            app.add_flag("--check", options->check, "Change nothing, name the files that would change");
            return [options](Console& console) { return run(*options, console); };
          }};
}

}  // namespace rnnc::driver
