#include "compiler/driver/gradcheck.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/driver/call_arguments.h"
#include "compiler/driver/explain_fault.h"
#include "compiler/driver/gradient_check.h"
#include "compiler/driver/table.h"
#include "compiler/driver/trainable.h"
#include "runtime/train/batch.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;

constexpr size_t kSequences = 2;
constexpr int64_t kSteps = 6;
constexpr size_t kLarge = 20'000;  // parameters of a model that is shrunk for the interpreter

struct Checked {
  std::vector<CheckedGradient> gradients;
  int64_t sequences = 0, steps = 0;
  std::string sizes;  // " and H = 8", where they are others than the model's
  bool differences = true;
};

// Of the first steps of the first sequences that are learnt.
Outcome<Checked> check(const Compiled& compiled, const train::Arena& weights, const Gradcheck& what) {
  const train::Signature signature = signature_of(compiled);
  std::vector<int64_t> rows = train::shuffled(what.data.training, what.settings.seed, 0);
  rows.resize(std::min(rows.size(), kSequences));
  train::Batch batch(signature, what.data.all);
  batch.start(rows);
  batch.load({0, kSteps, true});
  train::Call call = batch.call();
  call.seed = what.settings.seed;
  Checked checked;
  checked.sequences = call.batch;
  for (int64_t steps : call.steps) checked.steps = std::max(checked.steps, steps);
  checked.differences = !detaches(*compiled.body);
  auto gradients = check_gradient(compiled, arguments_of(call, signature, weights, compiled),
                                  checked.differences, what.settings.seed);
  if (!gradients && gradients.error().code == Code::training_failed) {
    const FaultExplanation fault = explain_fault(compiled.model, call, weights);
    return diagnostics::Diagnostic{Code::training_failed,
                                   fmt::format("{}; {}", gradients.error().message, fault.sentence),
                                   fault.primary,
                                   fault.related,
                                   {},
                                   gradients.error().help};
  }
  if (!gradients) return gradients.error();
  checked.gradients = std::move(*gradients);
  return checked;
}

Outcome<Checked> check_large(const Gradcheck& what) {
  auto small = shrunken(what.spec.program, what.body, what.compiled.model);
  if (small == what.compiled.model) return check(what.compiled, what.weights, what);
  CompileOptions options;
  options.training = options.gradient = true;
  auto compiled = compile(small, options);
  if (!compiled) return check(what.compiled, what.weights, what);  // sizes that no longer divide each other
  train::Arena weights(signature_of(*compiled).parameters);
  fill(weights, *small, initial_values(*small, what.settings.seed));
  auto checked = check(*compiled, weights, what);
  if (!checked) return checked;
  for (const auto& [name, size] : small->sizes) {
    if (size == what.compiled.model->sizes.at(name)) continue;
    checked->sizes += fmt::format("{} {} = {}", checked->sizes.empty() ? ", with" : ",", name, size);
  }
  return checked;
}

std::string error_of(double error, double most) {
  return error <= most ? fmt::format("{:.1e}", error) : fmt::format("{:.1e} !", error);
}

std::string table_of(const Checked& checked) {
  Table table;
  for (const CheckedGradient& one : checked.gradients) {
    const std::string elements = checked.differences ? std::to_string(one.elements) : "";
    const std::string differences =
        one.elements > 0 ? error_of(one.differences, CheckedGradient::kMostDifference) : "";
    table.add(
        {one.parameter, elements, differences, error_of(one.machine, CheckedGradient::kMostMachineError)});
  }
  return table.text({"gradient of", "elements", "differences", "machine code"});
}

}  // namespace

bool gradcheck(const Gradcheck& what, Console& console) {
  auto checked =
      what.weights.elements() > kLarge ? check_large(what) : check(what.compiled, what.weights, what);
  if (!checked) return console.fail(checked.error(), what.spec.sources), false;
  console.note(fmt::format("gradcheck: {} sequences of {} steps{}; errors beside the largest element",
                           checked->sequences, checked->steps, checked->sizes));
  if (!console.quiet()) fmt::print(stderr, "{}", table_of(*checked));
  if (!checked->differences)
    console.note("gradcheck: `detach` cuts gradients on purpose, so differences would not show them");
  std::vector<std::string> wrong;
  bool wrong_slope = false;
  for (const CheckedGradient& one : checked->gradients) {
    if (!one.good()) {
      wrong.push_back(
          fmt::format("{}: off by {:.1e} beside differences of the loss, by {:.1e} in machine code",
                      one.parameter, one.differences, one.machine));
      wrong_slope = wrong_slope || !(one.differences <= CheckedGradient::kMostDifference);
    }
  }
  if (wrong.empty()) return true;
  console.fail({Code::gradient_differs,
                fmt::format("{} of {} gradients {} wrong", wrong.size(), checked->gradients.size(),
                            wrong.size() == 1 ? "is" : "are"),
                {},
                {},
                std::move(wrong),
                wrong_slope
                    ? "this is a mistake of the compiler: please report it with the spec and the data"
                    : "single precision holds 7 digits and numbers up to 3e38: scale the data to about 1, or "
                      "report it with the spec and the data"});
  return false;
}

}  // namespace rnnc::driver
