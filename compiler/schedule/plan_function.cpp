#include "compiler/schedule/plan_function.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/used_dims.h"
#include "compiler/schedule/deal.h"
#include "compiler/schedule/scope.h"
#include "compiler/schedule/slots.h"

namespace rnnc::schedule {

namespace {

using ir::DimId;
using ir::DimKind;
using support::Failure;

support::Status check_times(const ir::Function& function, const ir::DimTable& dims,
                            std::vector<DimId> around) {
  for (const ir::Instr& instr : function.instrs()) {
    const auto* scan = std::get_if<ir::ScanAttr>(&instr.attributes);
    if (!scan) continue;
    if (std::find(around.begin(), around.end(), scan->time) != around.end()) {
      return Failure{fmt::format("a scan over {} within a scan over {} has no plan", dims[scan->time].name,
                                 dims[scan->time].name),
                     instr.span};
    }
    around.push_back(scan->time);
    if (auto status = check_times(*scan->body, dims, around); !status) return status;
    around.pop_back();
  }
  return support::ok();
}

void add_buffers(Plan& plan, Place place, const std::vector<ir::NamedType>& signature) {
  for (uint32_t i = 0; i < signature.size(); ++i) {
    const auto& [name, type] = signature[i];
    plan.buffers.push_back({place, type.element, elements_of(type.dims, plan.dims), i, name});
  }
}

// The signature: buffers of params, inputs, results in this order, and which of them are lengths.
void sign(Plan& plan, const ir::Function& function) {
  plan.params = params_of(function);
  plan.inputs = inputs_of(function);
  for (const ir::NamedResult& result : function.results()) {
    plan.results.push_back({result.name, function.type(result.value)});
  }
  add_buffers(plan, Place::param, plan.params);
  add_buffers(plan, Place::input, plan.inputs);
  add_buffers(plan, Place::result, plan.results);
  plan.lengths.resize(plan.times.size());
  for (size_t i = 0; i < plan.times.size(); ++i) {
    for (uint32_t b = 0; b < plan.buffers.size(); ++b) {
      const Buffer& buffer = plan.buffers[b];
      bool is_lengths =
          buffer.place == Place::input && buffer.name == "lengths." + plan.dims[plan.times[i]].name;
      if (is_lengths) plan.lengths[i] = BufferId{b};
    }
  }
}

}  // namespace

support::Result<Plan> plan_function(const ir::Function& function, const ir::DimTable& dims,
                                    const Machine& machine, const Choices& choices) {
  if (auto status = check_times(function, dims, {}); !status) return status.error();
  Plan plan;
  plan.name = function.name();
  plan.dims = dims;
  plan.machine = machine;
  plan.in_place = choices.in_place;
  const std::vector<bool> used = ir::used_dims(function, dims);
  for (uint32_t i = 0; i < dims.size(); ++i) {
    if (!used[i]) continue;
    if (dims[DimId{i}].kind == DimKind::time) plan.times.push_back(DimId{i});
    if (dims[DimId{i}].kind != DimKind::batch) continue;
    if (plan.batch.valid()) return Failure{"a function with two batch dims has no plan"};
    plan.batch = DimId{i};
  }
  sign(plan, function);
  Scope scope(plan, function, choices, {}, nullptr);
  auto first_result = static_cast<uint32_t>(plan.params.size() + plan.inputs.size());
  for (uint32_t i = 0; i < plan.results.size(); ++i) {
    scope.want(function.results()[i].value,
               rows_of(BufferId{first_result + i}, plan.results[i].type.dims, dims));
  }
  scope.run();
  plan.body = std::move(scope.nodes());
  if (choices.deal_out) deal_out(plan);
  if (choices.by_units) divide_units(plan);
  set_lifetimes(plan);
  assign_slots(plan);
  return plan;
}

support::Result<Plan> plan_zero(const ir::Function& function, const ir::DimTable& dims,
                                const Machine& machine) {
  return plan_function(function, dims, machine, Choices::none());
}

}  // namespace rnnc::schedule
