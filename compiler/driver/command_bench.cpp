#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "compiler/driver/at_least.h"
#include "compiler/driver/bound.h"
#include "compiler/driver/call_frame.h"
#include "compiler/driver/checkpoint.h"
#include "compiler/driver/commands.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/console.h"
#include "compiler/driver/fma_peak.h"
#include "compiler/driver/initialise.h"
#include "compiler/driver/table.h"
#include "compiler/driver/target.h"
#include "compiler/driver/threads.h"
#include "compiler/schedule/cost.h"
#include "compiler/schedule/describe.h"
#include "compiler/schedule/uses.h"
#include "runtime/train/optimizer.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;

enum class Mode { forward, backward, train, step };

struct Options {
  Target target;
  int64_t batch = 64, steps = 50;
  std::optional<int64_t> least_length;
  int threads = 1;
  double seconds = 2;
  Mode mode = Mode::train;
  bool json = false, stages = false;
};

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

// The function that a mode runs.
Outcome<const ir::Function*> function_of(const Compiled& compiled, Mode mode) {
  const ir::Module& module = compiled.module;
  if (mode == Mode::forward) return &module.forward;
  if (mode != Mode::step) return &*module.gradient;
  if (module.step) return &*module.step;
  return problem(Code::bad_option, "this model cannot run step by step", compiled.no_step);
}

// Spec to callable code.
struct Built {
  Compiled compiled;
  std::shared_ptr<const MachineCode> code;
};
Outcome<Built> build(const Options& options, Console& console, UseCache use,
                     backend::Counting counting = backend::Counting::no) {
  Spec spec = open_spec(options.target.spec);
  const auto model = instantiate(options.target, spec);
  console.report(spec.sink, spec.sources);
  if (!model) return problem(Code::bad_option, "nothing to run");
  const bool with_gradient = options.mode == Mode::train || options.mode == Mode::backward;
  CompileOptions how = with_gradient ? for_gradient(*model->body) : CompileOptions{};
  how.training = with_gradient;
  auto compiled = compile(model, how);
  if (!compiled) return compiled.error();
  auto function = function_of(*compiled, options.mode);
  if (!function) return function.error();
  CodeOptions how_to_run;
  if (options.mode == Mode::step) how_to_run = for_steps(initial_values(*compiled->model, 1));
  how_to_run.use = use;
  how_to_run.counting = counting;
  auto code = make_machine_code(**function, compiled->module.dims, how_to_run);
  if (!code) return code.error();
  return Built{std::move(*compiled), std::make_shared<const MachineCode>(std::move(*code))};
}

// Of sequence b: all steps, or with --lengths fewer and fewer.
int64_t length_of(const Options& options, int64_t b) {
  if (!options.least_length || options.batch < 2) return options.steps;
  const int64_t less = options.steps - std::min(*options.least_length, options.steps);
  return options.steps - less * b / (options.batch - 1);
}

// The share of the steps that there are.
double filled(const Options& options) {
  int64_t all = 0;
  for (int64_t b = 0; b < options.batch; ++b) all += length_of(options, b);
  return static_cast<double>(all) / static_cast<double>(options.batch * options.steps);
}

// Weights as they start; tokens in turn, other numbers between -1 and 1.
void fill_inputs(const Options& options, CallFrame& frame, const Built& built) {
  const Values weights = initial_values(*built.compiled.model, 1);
  const schedule::Plan& plan = frame.plan();
  for (size_t i = 0; i < plan.params.size(); ++i)
    store(frame.param(i), ir::Element::real, weights.at(plan.params[i].name));
  for (size_t i = 0; i < plan.inputs.size(); ++i) {
    const auto& [name, type] = plan.inputs[i];
    if (name.starts_with("lengths.")) {
      std::vector<double> lengths;
      for (int64_t b = 0; b < options.batch; ++b)
        lengths.push_back(static_cast<double>(length_of(options, b)));
      store(frame.input(i), type.element, lengths);
      continue;
    }
    int64_t tokens = 2;
    for (const sema::InputDecl& input : built.compiled.body->inputs) {
      if (input.name == name && input.type.token)
        tokens = input.type.token->evaluate(built.compiled.model->sizes).value_or(1);
    }
    std::vector<double> values(frame.input(i).size() / static_cast<size_t>(schedule::bytes_of(type.element)));
    uint64_t state = i + 1;
    for (double& value : values) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const auto high = static_cast<double>(state >> 40);
      value = type.element == ir::Element::real
                  ? high * 0x1p-23 - 1
                  : static_cast<double>((state >> 40) % static_cast<uint64_t>(tokens));
    }
    store(frame.input(i), type.element, values);
  }
}

// What one repetition does.
std::function<void()> work_of(const Options& options, CallFrame& frame, core::Team& team,
                              std::unique_ptr<train::Arena>& weights) {
  if (options.mode != Mode::train) return [&] { frame.run(team); };
  std::vector<train::ParameterInfo> infos;
  const schedule::Plan& plan = frame.plan();
  for (size_t i = 0; i < plan.params.size(); ++i) {
    std::vector<int64_t> shape = frame.shape(plan.params[i].type);
    infos.push_back({plan.params[i].name, {shape.begin(), shape.end()}});
  }
  weights = std::make_unique<train::Arena>(infos);
  auto gradient = std::make_shared<train::Arena>(infos);
  auto optimizer = std::make_shared<train::Optimizer>(train::Settings{}, infos);
  return [&, gradient, optimizer] {
    frame.run(team);
    for (size_t i = 0; i < frame.plan().params.size(); ++i) {
      const std::span<std::byte> from = frame.result("grad." + frame.plan().params[i].name);
      std::memcpy(gradient->of(i).data(), from.data(), from.size());
    }
    optimizer->step(*weights, *gradient, 1e-4, team);
  };
}

struct Measured {
  double cold = 0, cached = 0;  // seconds from spec to code
  std::vector<double> times;
  double flops = 0, peak = 0, bound = 0;
};

void print(const Options& options, const Measured& measured, const std::string& name, Console& console) {
  const double middle = median(measured.times);
  const auto [least, most] = std::minmax_element(measured.times.begin(), measured.times.end());
  const double rate = measured.flops / middle;
  if (options.json) {
    const nlohmann::ordered_json json = {{"model", name},
                                         {"batch", options.batch},
                                         {"steps", options.mode == Mode::step ? 1 : options.steps},
                                         {"threads", options.threads},
                                         {"compile_cold_seconds", measured.cold},
                                         {"compile_cached_seconds", measured.cached},
                                         {"median_seconds", middle},
                                         {"least_seconds", *least},
                                         {"most_seconds", *most},
                                         {"repetitions", measured.times.size()},
                                         {"flops", measured.flops},
                                         {"peak_flops_per_second", measured.peak},
                                         {"fraction_of_peak", rate / measured.peak},
                                         {"bound_seconds", measured.bound},
                                         {"fraction_of_bound", measured.bound / middle}};
    console.print(json.dump(2) + "\n");
    return;
  }
  console.print(fmt::format("{}: batch {}, {} steps, {}, f32\n", name, options.batch,
                            options.mode == Mode::step ? 1 : options.steps,
                            options.threads == 1 ? "1 thread" : fmt::format("{} threads", options.threads)));
  console.print(fmt::format("  from spec to code   {:.0f} ms cold, {:.0f} ms from the cache\n",
                            measured.cold * 1e3, measured.cached * 1e3));
  console.print(fmt::format("  a call              {:.3f} ms (median of {}; {:.3f} to {:.3f})\n",
                            middle * 1e3, measured.times.size(), *least * 1e3, *most * 1e3));
  console.print(fmt::format("  FLOPs               {:.3g}, {:.1f} GFLOP/s\n", measured.flops, rate * 1e-9));
  console.print(fmt::format("  of the FMA peak     {:.1f} % of {:.1f} GFLOP/s, measured between the calls\n",
                            100 * rate / measured.peak, measured.peak * 1e-9));
  console.print(
      fmt::format("  at least            {:.3f} ms by arithmetic and memory of its stages: {:.1f} %\n",
                  measured.bound * 1e3, 100 * measured.bound / middle));
}

int64_t size_of(const Options& options, const schedule::Plan& plan, ir::DimId dim) {
  return plan.dims[dim].kind == ir::DimKind::batch ? options.batch : options.steps;
}

// Where the time of a call goes: the stages that take most of it, what they reach, and how many calls of each
// there are.
Exit measure_stages(const Options& options, Console& console) {
  auto built = build(options, console, UseCache::no, backend::Counting::yes);
  if (!built) return console.fail(built.error());
  const schedule::Plan& plan = built->code->plan;
  CallFrame frame(built->code, options.batch, std::vector<int64_t>(plan.times.size(), options.steps));
  fill_inputs(options, frame, *built);
  core::Team team(options.threads);
  frame.run(team);
  uint64_t* cycles = built->code->function.cycles();
  std::fill_n(cycles, plan.stages.size(), 0);
  int calls = 0;
  const double begun = now();
  while (calls < 3 || now() < begun + options.seconds) {
    frame.run(team);
    ++calls;
  }
  const double seconds = (now() - begun) / calls;
  const auto all = static_cast<double>(std::accumulate(cycles, cycles + plan.stages.size(), uint64_t{0}));
  const Rates rates = measure_rates(team);
  auto size = [&](ir::DimId dim) { return size_of(options, plan, dim); };
  std::vector<std::pair<double, std::vector<std::string>>> rows;
  schedule::walk(
      plan, {[&](schedule::StageId id, schedule::LoopId around) {
        const double steps = runs_of(plan, around, size);
        const schedule::Cost cost = schedule::cost_of(plan, plan[id]);
        const double share = static_cast<double>(cycles[id.index]) / all, taken = share * seconds;
        const double flops = steps * static_cast<double>(cost.flops.evaluate(size));
        const double bytes = steps * static_cast<double>((cost.read + cost.written).evaluate(size));
        const Bound bound = bound_of(plan, plan[id], size, rates);
        rows.push_back(
            {taken,
             {fmt::format("{:.3f}", taken * 1e3), fmt::format("{:.1f}", 100 * share),
              fmt::format("{:.0f}", steps), fmt::format("{:.1f}", 100 * flops / taken / rates.flops),
              fmt::format("{:.1f}", bytes / taken * 1e-9), fmt::format("{:.3f}", steps * bound.seconds * 1e3),
              bound.by_memory ? "memory" : "arithmetic", plan[id].name,
              std::string(schedule::kind_of(plan[id]))}});
      }});
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  Table table;
  for (const auto& [taken, row] : rows) {
    if (taken > 0.001 * seconds) table.add(row);
  }
  console.print(fmt::format("a call: {:.3f} ms, at least {:.3f}; FMA peak: {:.1f} GFLOP/s; memory:",
                            seconds * 1e3, bound_of(plan, size, rates) * 1e3, rates.flops * 1e-9));
  for (const Rates::Memory& memory : rates.memories)
    console.print(fmt::format(" {:.0f}", memory.bytes * 1e-9));
  console.print(" GB/s\n" + table.text({"ms", "%", "times", "% of peak", "GB/s", "at least", "bound by",
                                        "stage", "kind"}));
  return Exit::done;
}

Exit run(const Options& options, Console& console) {
  if (options.stages) return measure_stages(options, console);
  Measured measured;
  double begun = now();
  auto built = build(options, console, UseCache::no);
  if (!built) return console.fail(built.error());
  measured.cold = now() - begun;
  if (auto kept = build(options, console, UseCache::yes); !kept) return console.fail(kept.error());
  begun = now();
  if (auto again = build(options, console, UseCache::yes); !again) return console.fail(again.error());
  measured.cached = now() - begun;

  const schedule::Plan& plan = built->code->plan;
  CallFrame frame(built->code, options.batch, std::vector<int64_t>(plan.times.size(), options.steps));
  fill_inputs(options, frame, *built);
  // What there is to do; past the ends of sequences there is nothing.
  auto size = [&](ir::DimId dim) { return size_of(options, plan, dim); };
  measured.flops = filled(options) * static_cast<double>(schedule::cost_of(plan).flops.evaluate(size));
  core::Team team(options.threads);
  std::unique_ptr<train::Arena> weights;
  const std::function<void()> work = work_of(options, frame, team, weights);
  work();
  std::vector<double> peaks;
  const double end = now() + options.seconds;
  while (measured.times.size() < 5 || now() < end) {
    if (measured.times.size() % 8 == 0) peaks.push_back(fma_peak(team));
    begun = now();
    work();
    measured.times.push_back(now() - begun);
  }
  measured.peak = median(peaks);
  Rates rates = measure_rates(team);
  rates.flops = measured.peak;
  measured.bound = filled(options) * bound_of(plan, size, rates);
  print(options, measured, built->compiled.body->name, console);
  return Exit::done;
}

}  // namespace

Command bench_command() {
  return {"bench", "Measure how fast a model compiles and runs",
          "  rnnc bench char_lm.rnn -D V=96 --batch 64 --steps 50 --mode train\n"
          "  rnnc bench library:LSTM -D X=256 -D H=256 --mode forward --json",
          [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            options->target.add_options(app);
            app.add_option("--batch", options->batch, "Sequences; 64 by default")
                ->option_text("NUMBER")
                ->check(at_least(1));
            app.add_option("--steps", options->steps, "Steps of each; 50 by default")
                ->option_text("NUMBER")
                ->check(at_least(1));
            app.add_option("--lengths", options->least_length,
                           "Sequences of unequal lengths, from all steps down to this many")
                ->option_text("NUMBER")
                ->check(at_least(1));
            add_threads_option(app, options->threads);
            app.add_option("--seconds", options->seconds, "How long to measure; 2 by default")
                ->option_text("NUMBER");
            const std::map<std::string, Mode> modes = {{"forward", Mode::forward},
                                                       {"backward", Mode::backward},
                                                       {"train", Mode::train},
                                                       {"step", Mode::step}};
            app.add_option("--mode", options->mode,
                           "forward; backward: with the gradient; train: with the optimiser (default); step")
                ->transform(CLI::Transformer(modes).description(""))
                ->option_text("MODE");
            app.add_flag("--json", options->json, "As JSON");
            app.add_flag("--stages", options->stages, "Instead: the time of each stage of a call");
            return [options](Console& console) { return run(*options, console); };
          }};
}

}  // namespace rnnc::driver
