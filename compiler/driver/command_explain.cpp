#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "compiler/backend/target.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/driver/at_least.h"
#include "compiler/driver/bound.h"
#include "compiler/driver/checkpoint.h"
#include "compiler/driver/commands.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/console.h"
#include "compiler/driver/machine_code.h"
#include "compiler/driver/pass_options.h"
#include "compiler/driver/table.h"
#include "compiler/driver/target.h"
#include "compiler/ir/text.h"
#include "compiler/schedule/describe.h"
#include "compiler/schedule/uses.h"

namespace rnnc::driver {

namespace {

using diagnostics::CodeInfo;

enum class Which { gradient, forward, step };

struct Options {
  Target target;
  PassOptions passes;
  Which which = Which::gradient;
  bool list = false, ir = false, times = false;
  int64_t batch = 64, steps = 50;
};

bool all_digits(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

// E0210, e210, 0210 and shape_mismatch are one code.
const CodeInfo* find_code(std::string what) {
  std::transform(what.begin(), what.end(), what.begin(), [](unsigned char c) { return std::tolower(c); });
  const bool letter = what.size() > 1 && (what[0] == 'e' || what[0] == 'w') && all_digits(what.substr(1));
  const std::string digits = letter ? what.substr(1) : what;
  for (const CodeInfo& code : diagnostics::all_codes()) {
    if (code.name == what) return &code;
    if (all_digits(digits) && digits.size() <= 4 && code.number == std::stoul(digits)) return &code;
  }
  return nullptr;
}

bool looks_like_spec(const std::string& what) {
  return what == "-" || what.find_first_of(".:/") != std::string::npos;
}

Exit list_codes(Console& console) {
  for (const CodeInfo& code : diagnostics::all_codes())
    console.print(fmt::format("{}  {}\n", code.id(), code.title));
  return Exit::done;
}

// With an empty line around the indented example.
std::string spaced(std::string_view explanation) {
  std::string text;
  bool indented = false;
  for (size_t at = 0; at < explanation.size();) {
    const size_t end = std::min(explanation.find('\n', at), explanation.size());
    const std::string_view line = explanation.substr(at, end - at);
    if (line.starts_with("  ") != indented) text += '\n';
    indented = line.starts_with("  ");
    text += fmt::format("{}\n", line);
    at = end + 1;
  }
  return text;
}

Exit explain_code(const std::string& what, Console& console) {
  const CodeInfo* code = find_code(what);
  if (code == nullptr)
    return console.fail(fmt::format("there is no code `{}`", what), "`rnnc explain --list` lists them");
  console.print(fmt::format("{}: {}\n\n{}", code->id(), code->title, spaced(code->explanation)));
  return Exit::done;
}

const ir::Function* function_of(const ir::Module& module, Which which) {
  switch (which) {
    case Which::gradient:
      return module.gradient ? &*module.gradient : &module.forward;
    case Which::forward:
      return &module.forward;
    case Which::step:
      return module.step ? &*module.step : nullptr;
  }
  return nullptr;
}

// Stage by stage what it takes at least on this machine, in one thread.
std::string predicted(const Options& options, const schedule::Plan& plan) {
  const Rates rates = measure_rates(core::Team::alone());
  const Sizes size = [&](ir::DimId dim) {
    return plan.dims[dim].kind == ir::DimKind::batch ? options.batch : options.steps;
  };
  Table table;
  schedule::walk(plan, {[&](schedule::StageId id, schedule::LoopId around) {
                   const Bound bound = bound_of(plan, plan[id], size, rates);
                   if (bound.seconds == 0) return;
                   const double runs = runs_of(plan, around, size);
                   table.add({fmt::format("{:.3f}", 1e3 * runs * bound.seconds), fmt::format("{:.0f}", runs),
                              bound.by_memory ? "memory" : "arithmetic", plan[id].name,
                              std::string(schedule::kind_of(plan[id]))});
                 }});
  return fmt::format("{}: a call with batch {} and {} steps takes at least {:.3f} ms\n\n", plan.name,
                     options.batch, options.steps, 1e3 * bound_of(plan, size, rates)) +
         table.text({"ms", "times", "bound by", "stage", "kind"});
}

Exit explain_spec(const Options& options, Console& console) {
  Spec spec = open_spec(options.target.spec);
  const auto model = instantiate(options.target, spec);
  console.report(spec.sink, spec.sources);
  if (!model) return Exit::input;
  CompileOptions how = options.which == Which::gradient ? for_gradient(*model->body) : CompileOptions{};
  how.passes = options.passes.pipeline();
  auto compiled = compile(model, how);
  if (!compiled) return console.fail(compiled.error(), spec.sources);
  const ir::Function* function = function_of(compiled->module, options.which);
  if (function == nullptr) return console.fail("this model cannot run step by step", compiled->no_step);
  if (options.ir) {
    console.print(ir::print(*function, compiled->module.dims));
    return Exit::done;
  }
  auto plan = make_plan(*function, compiled->module.dims, backend::native_target().machine);
  if (!plan) return console.fail(plan.error());
  console.print(options.times ? predicted(options, *plan) : schedule::describe(*plan));
  return Exit::done;
}

Exit run(const Options& options, Console& console) {
  if (options.list) return list_codes(console);
  if (options.target.spec.empty()) {
    console.fail("explain what?",
                 "`rnnc explain E0210` explains a code, `rnnc explain SPEC` how a model is computed");
    return Exit::usage;
  }
  if (looks_like_spec(options.target.spec)) return explain_spec(options, console);
  return explain_code(options.target.spec, console);
}

}  // namespace

Command explain_command() {
  return {"explain", "Explain the code of a diagnostic, or how a model is computed",
          "  rnnc explain E0210\n"
          "  rnnc explain char_lm.rnn -D V=96              loops, stages, buffers of the gradient, and what "
          "they cost\n"
          "  rnnc explain library:LSTM -D X=3 -D H=4 --ir  what the passes leave of it",
          [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            options->target.add_options(app)->required(false)->description(
                "A code (E0210), or a spec as other commands take it");
            app.add_flag("--list", options->list, "List all codes");
            const std::map<std::string, Which> functions = {
                {"gradient", Which::gradient}, {"forward", Which::forward}, {"step", Which::step}};
            app.add_option("--function", options->which, "Which function: gradient, forward, step")
                ->transform(CLI::Transformer(functions).description(""))
                ->option_text("NAME");
            app.add_flag("--ir", options->ir, "Show its IR instead of the plan");
            app.add_flag(
                "--times", options->times,
                "Instead: what each stage takes at least on this machine, by its arithmetic and memory");
            app.add_option("--batch", options->batch, "Sequences, for --times; 64 by default")
                ->option_text("NUMBER")
                ->check(at_least(1));
            app.add_option("--steps", options->steps, "Steps of each, for --times; 50 by default")
                ->option_text("NUMBER")
                ->check(at_least(1));
            options->passes.add_options(app);
            return [options](Console& console) { return run(*options, console); };
          }};
}

}  // namespace rnnc::driver
