// Instructions that move elements: views that need a copy, parts of arrays, indices, time.
#include <algorithm>

#include "compiler/schedule/scope.h"
#include "compiler/support/check.h"

namespace rnnc::schedule {

using ir::DimId;
using ir::Type;
using ir::ValueId;

namespace {

std::vector<DimId> without(const std::vector<DimId>& dims, const std::vector<DimId>& others) {
  std::vector<DimId> rest;
  for (DimId dim : dims) {
    if (std::find(others.begin(), others.end(), dim) == others.end()) rest.push_back(dim);
  }
  return rest;
}

void copy_into(Scope& scope, ValueId part, const Access& to, const std::string& name) {
  LaneGraph graph;
  graph.store(to, scope.load(graph, scope.held(part), scope.type(part).element));
  scope.emit(LaneStage{graph.finish(scope.type(part).dims)}, name, Apart::copies);
}

}  // namespace

void plan_view(Scope& scope, const ir::Instr& instr) {
  ValueId operand = instr.operands[0], result = instr.results[0];
  const std::vector<DimId>&from = scope.type(operand).dims, &to = scope.type(result).dims;
  Held held = scope.held(operand);
  if (std::holds_alternative<Number>(held.from)) return scope.bind(result, held);
  auto seen = viewed(scope.in_memory(operand), from, to, scope.dims());
  if (!seen) {
    Access rows = scope.copied(held, scope.type(operand), false, scope.name(operand));
    held.clean = true;
    seen = viewed(rows, from, to, scope.dims());
  }
  RNNC_CHECK(seen, "a view of rows that has no strides");
  scope.bind(result, {*seen, held.clean});
}

void plan_concat(Scope& scope, const ir::Instr& instr) {
  ValueId result = instr.results[0];
  DimId along = std::get<ir::DimAttr>(instr.attributes).dim;
  auto place = static_cast<size_t>(scope.type(result).position(along));
  Access home = scope.home(result);
  int64_t start = 0;
  for (ValueId part : instr.operands) {
    DimId own = scope.type(part).dims[place];
    copy_into(scope, part, sliced(home, along, own, start), scope.name(result));
    start += scope.dims()[own].size;
  }
  scope.finish(result, home);
}

void plan_pad(Scope& scope, const ir::Instr& instr) {
  ValueId result = instr.results[0];
  const auto& range = std::get<ir::RangeAttr>(instr.attributes);
  Access home = scope.home(result);
  scope.fill_zero(scope.type(result), home, scope.name(result));
  copy_into(scope, instr.operands[0], sliced(home, range.to, range.from, range.start), scope.name(result));
  scope.finish(result, home);
}

void plan_gather(Scope& scope, const ir::Instr& instr) {
  ValueId result = instr.results[0];
  IndexStage stage{
      false, scope.type(result).element, {}, {}, {}, std::get<ir::DimAttr>(instr.attributes).dim, {}, {}};
  // Past a sequence's end the table has to read 0.
  bool over_time = scope.dims()[stage.dim].kind == ir::DimKind::time;
  stage.table = over_time ? scope.settled(instr.operands[0]) : scope.in_memory(instr.operands[0]);
  stage.index = scope.in_memory(instr.operands[1]);
  stage.index_dims = scope.type(instr.operands[1]).dims;
  stage.row_dims = without(scope.type(result).dims, stage.index_dims);
  stage.to = scope.home(result);
  Access home = stage.to;
  scope.emit(std::move(stage), scope.name(result));
  scope.finish(result, home);
}

void plan_scatter(Scope& scope, const ir::Instr& instr) {
  ValueId result = instr.results[0];
  const Type& updates = scope.type(instr.operands[0]);
  IndexStage stage{true, updates.element, {}, {}, {}, std::get<ir::DimAttr>(instr.attributes).dim, {}, {}};
  std::vector<DimId> leave = without(updates.dims, scope.type(result).dims);
  stage.table = scope.settled(instr.operands[0], scope.sums_rows(leave));
  stage.index = scope.in_memory(instr.operands[1]);
  stage.row_dims = without(updates.dims, scope.type(instr.operands[1]).dims);
  stage.index_dims = without(updates.dims, stage.row_dims);
  stage.to = scope.home(result);
  Access home = stage.to;
  scope.fill_zero(scope.type(result), home, scope.name(result));
  scope.emit(std::move(stage), scope.name(result));
  scope.finish(result, home);
}

void plan_shift(Scope& scope, const ir::Instr& instr) {
  ValueId result = instr.results[0];
  const auto& shift = std::get<ir::ShiftAttr>(instr.attributes);
  const Type& type = scope.type(result);
  ShiftStage stage{type.element, scope.settled(instr.operands[0]), {}, {}, shift.time,
                   shift.by,     type.without(shift.time).dims};
  for (size_t i = 1; i < instr.operands.size(); ++i)
    stage.before.push_back(scope.in_memory(instr.operands[i]));
  stage.to = scope.home(result);
  Access home = stage.to;
  scope.emit(std::move(stage), scope.name(result));
  scope.finish(result, home);
}

void plan_flip(Scope& scope, const ir::Instr& instr) {
  ValueId result = instr.results[0];
  DimId time = std::get<ir::FlipAttr>(instr.attributes).time;
  const Type& type = scope.type(result);
  DimId batch = type.has(scope.plan().batch) ? scope.plan().batch : DimId{};
  std::vector<DimId> row_dims =
      batch.valid() ? type.without(time).without(batch).dims : type.without(time).dims;
  Access from = scope.settled(instr.operands[0]), home = scope.home(result);
  scope.emit(FlipStage{type.element, from, home, time, batch, row_dims}, scope.name(result));
  scope.finish(result, home);
}

void plan_prefix(Scope& scope, const ir::Instr& instr) {
  ValueId result = instr.results[0];
  const auto& prefix = std::get<ir::PrefixAttr>(instr.attributes);
  const Type& type = scope.type(result);
  std::vector<Access> operands;
  for (ValueId operand : instr.operands) operands.push_back(scope.in_memory(operand));
  DimId batch = type.has(scope.plan().batch) ? scope.plan().batch : DimId{};
  PrefixStage stage{prefix, {}, operands[operands.size() - 2], operands.back(), {}, batch, {}};
  if (operands.size() == 3) stage.a = operands[0];
  stage.row_dims = type.without(prefix.time).dims;
  stage.to = scope.home(result);
  Access home = stage.to;
  scope.emit(std::move(stage), scope.name(result));
  scope.finish(result, home);
}

}  // namespace rnnc::schedule
