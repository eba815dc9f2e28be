#include "compiler/driver/commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <new>

#include "compiler/driver/console.h"
#include "compiler/driver/outcome.h"
#include "compiler/support/nearest.h"

namespace rnnc::driver {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      check_command(),    fmt_command(),    explain_command(), inspect_command(), init_command(),
      train_command(),    sample_command(), predict_command(), eval_command(),    grad_command(),
      gradflow_command(), emit_command(),   bench_command(),   version_command(),
  };
  return table;
}

namespace {

constexpr std::string_view kExample =
    "Example:\n"
    "  rnnc check char_lm.rnn               what is wrong with a spec?\n"
    "  rnnc inspect char_lm.rnn -D V=96     its parameters, inputs and outputs\n"
    "\n"
    "`rnnc COMMAND --help` shows the options of a command and an example.\n"
    "Exit status: 0 done, 1 the input is at fault, 2 the command line is, 101 the compiler is.";

void common_options(CLI::App& app, Console::Options& options) {
  const std::map<std::string, Console::Color> colors = {{"auto", Console::Color::automatic},
                                                        {"always", Console::Color::always},
                                                        {"never", Console::Color::never}};
  app.add_option("--color", options.color, "Colours: auto, always, never")
      ->transform(CLI::Transformer(colors).description(""))
      ->option_text("WHEN")
      ->group("Of all commands");
  const std::map<std::string, bool> formats = {{"human", false}, {"json", true}};
  app.add_option("--message-format", options.json, "Diagnostics for people or programs: human, json")
      ->transform(CLI::Transformer(formats).description(""))
      ->option_text("FORMAT")
      ->group("Of all commands");
  app.add_flag("-q,--quiet", options.quiet, "Print results and errors only")->group("Of all commands");
}

int complain(const std::string& message, const std::string& help) {
  fmt::print(stderr, "error: {}\n", message);
  fmt::print(stderr, "  = help: {}\n", help);
  return static_cast<int>(Exit::usage);
}

// A first word that is no command.
std::string unknown_command(const std::string& word) {
  std::vector<std::string> names;
  for (const Command& command : commands()) names.emplace_back(command.name);
  const std::string near = support::nearest(word, names);
  return near.empty() ? "`rnnc --help` lists the commands" : fmt::format("did you mean `rnnc {}`?", near);
}

}  // namespace

Exit run(int argc, const char* const* argv) {
  CLI::App app("rnnc compiles recurrent networks: equations in, trained weights and machine code out.",
               "rnnc");
  app.footer(std::string(kExample));
  app.set_version_flag("--version", "rnnc " RNNC_VERSION);
  Console::Options options;
  common_options(app, options);
  std::vector<std::pair<CLI::App*, std::function<Exit(Console&)>>> runs;
  for (const Command& command : commands()) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    sub->footer(fmt::format("Example:\n{}", command.example));
    common_options(*sub, options);
    runs.emplace_back(sub, command.options(*sub));
  }
  if (argc < 2) {
    fmt::print(stderr, "{}", app.help());
    return Exit::usage;
  }
  if (argv[1][0] != '-') {
    const bool known = std::any_of(commands().begin(), commands().end(),
                                   [&](const Command& c) { return c.name == argv[1]; });
    if (!known) return Exit{complain(fmt::format("`{}` is no command", argv[1]), unknown_command(argv[1]))};
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& answer) {  // --help, --version
    return Exit{app.exit(answer, std::cout, std::cerr)};
  } catch (const CLI::ParseError& error) {
    auto used = std::find_if(runs.begin(), runs.end(), [](const auto& r) { return r.first->parsed(); });
    const std::string command = used == runs.end() ? "rnnc" : "rnnc " + used->first->get_name();
    return Exit{
        complain(error.what(), fmt::format("`{} --help` shows the options, and an example", command))};
  }
  Console console(options);
  for (const auto& [sub, execute] : runs) {
    if (!sub->parsed()) continue;
    try {
      return console.finish(execute(console));
    } catch (const std::bad_alloc&) {
      return console.finish(
          console.fail(problem(diagnostics::Code::data_shape, "this does not fit into memory",
                               "smaller sizes, a smaller batch, or fewer steps")));
    }
  }
  return Exit{complain("no command was given", "`rnnc --help` lists them")};
}

}  // namespace rnnc::driver
