#include "compiler/driver/machine_code.h"

#include <optional>

#include "compiler/backend/object_cache.h"
#include "compiler/backend/target.h"
#include "compiler/schedule/plan_function.h"

namespace rnnc::driver {

Outcome<schedule::Plan> make_plan(const ir::Function& function, const ir::DimTable& dims,
                                  const schedule::Machine& machine, const schedule::Choices& choices) {
  auto plan = schedule::plan_function(function, dims, machine, choices);
  if (!plan) return problem(diagnostics::Code::not_run_yet, plan.error().message);
  return std::move(*plan);
}

Outcome<MachineCode> make_machine_code(const ir::Function& function, const ir::DimTable& dims, UseCache use,
                                       backend::Counting counting, const schedule::Choices& choices) {
  const backend::Target target = backend::native_target();
  auto plan = make_plan(function, dims, target.machine, choices);
  if (!plan) return plan.error();
  const std::optional<backend::ObjectCache> cache =
      use == UseCache::yes ? backend::ObjectCache::of_user() : std::nullopt;
  auto code = backend::compile(*plan, target, cache ? &*cache : nullptr, counting);
  if (!code) return problem(diagnostics::Code::not_run_yet, code.error().message);
  return MachineCode{std::move(*plan), std::move(*code)};
}

}  // namespace rnnc::driver
