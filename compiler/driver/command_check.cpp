#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "compiler/driver/commands.h"
#include "compiler/driver/console.h"
#include "compiler/driver/target.h"

namespace rnnc::driver {

namespace {

struct Options {
  std::vector<std::string> specs;
  Target sizes;
};

// With sizes a model must also come out whole: dimensions that divide, layers that can be counted. Those
// whose sizes are not all known are left to the rules that hold for any.
void instantiate_all(Spec& spec, const std::map<std::string, int64_t>& sizes) {
  for (const ast::Body* body : spec.program.own) {
    bool known = true;
    for (const sema::SizeSymbol& symbol : sema::symbols(spec.program, *body, spec.sink)) {
      known = known && sizes.contains(symbol.name);
    }
    if (body->kind == ast::BodyKind::model && known) sema::instantiate(spec.program, *body, sizes, spec.sink);
  }
}

std::string summary(const std::string& name, const Spec& spec) {
  size_t models = 0, cells = 0;
  for (const ast::Body* body : spec.program.own) ++(body->kind == ast::BodyKind::model ? models : cells);
  auto counted = [](size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  const size_t warnings = spec.sink.warning_count();
  return fmt::format("{}: {}, {}: good{}", name, counted(models, "model"), counted(cells, "cell"),
                     warnings == 0 ? "" : ", with " + counted(warnings, "warning"));
}

Exit run(const Options& options, Console& console) {
  Exit status = Exit::done;
  for (const std::string& name : options.specs) {
    Spec spec = load_spec(name);
    if (spec.good()) sema::check(spec.program, spec.sink);
    if (spec.good()) instantiate_all(spec, options.sizes.sizes());
    console.report(spec.sink, spec.sources, true);
    if (!spec.good()) {
      status = Exit::input;
    } else if (!console.json()) {
      console.note(summary(name, spec));
    }
  }
  return status;
}

}  // namespace

Command check_command() {
  return {"check", "Explain what is wrong with specs",
          "  rnnc check char_lm.rnn\n"
          "  rnnc check --message-format=json char_lm.rnn | jq .message",
          [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("SPEC", options->specs, "Files, or `-` for standard input")->required();
            options->sizes.add_sizes(app);
            return [options](Console& console) { return run(*options, console); };
          }};
}

}  // namespace rnnc::driver
