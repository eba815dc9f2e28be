#include "compiler/driver/machine_code.h"

#include <optional>

#include "compiler/backend/object_cache.h"
#include "compiler/backend/target.h"
#include "compiler/schedule/freeze.h"
#include "compiler/schedule/plan_function.h"

namespace rnnc::driver {

Outcome<schedule::Plan> make_plan(const ir::Function& function, const ir::DimTable& dims,
                                  const schedule::Machine& machine, const schedule::Choices& choices) {
  auto plan = schedule::plan_function(function, dims, machine, choices);
  if (!plan) return problem(diagnostics::Code::not_run_yet, plan.error().message);
  return std::move(*plan);
}

Outcome<MachineCode> make_machine_code(const ir::Function& function, const ir::DimTable& dims,
                                       const CodeOptions& options) {
  const backend::Target target = backend::native_target();
  auto plan = make_plan(function, dims, target.machine, options.choices);
  if (!plan) return plan.error();
  std::optional<backend::ObjectCache> cache;
  if (options.weights.empty() && options.use == UseCache::yes) cache = backend::ObjectCache::of_user();
  if (!options.weights.empty()) *plan = schedule::frozen(*plan, options.weights);
  auto code = backend::compile(*plan, target, cache ? &*cache : nullptr, options.counting);
  if (!code) return problem(diagnostics::Code::not_run_yet, code.error().message);
  return MachineCode{std::move(*plan), std::move(*code)};
}

CodeOptions for_steps(const std::map<std::string, std::vector<double>>& weights) {
  CodeOptions options;
  options.choices = schedule::Choices::for_one_thread();
  for (const auto& [name, values] : weights) options.weights[name].assign(values.begin(), values.end());
  return options;
}

}  // namespace rnnc::driver
