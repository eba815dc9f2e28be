#include "compiler/schedule/cost.h"

#include <algorithm>

#include "compiler/schedule/uses.h"

namespace rnnc::schedule {

namespace {

using ir::DimId;
using ir::Op;

// About what the code generator makes of it.
int64_t flops_of(const LaneOp& op) {
  switch (op.op) {
    case Op::exp:
      return 17;
    case Op::log:
      return 25;
    case Op::sigmoid:
      return 20;
    case Op::tanh:
      return 20;
    case Op::softplus:
      return 47;
    case Op::sin:
    case Op::cos:
      return 20;
    case Op::pow:
      return 50;
    case Op::select:
    case Op::cast:
      return 0;
    default:
      return op.element == ir::Element::real ? 1 : 0;
  }
}

int64_t flops_of(const Lanes& lanes) {
  int64_t sum = 0;
  for (const LaneOp& op : lanes.ops) sum += flops_of(op);
  return sum;
}

SizeExpr flops_of(const Plan& plan, const StageKind& kind) {
  if (const auto* stage = std::get_if<LaneStage>(&kind)) {
    return elements_of(stage->lanes.dims, plan.dims) * SizeExpr(flops_of(stage->lanes));
  }
  if (const auto* stage = std::get_if<FoldStage>(&kind)) {
    int64_t each = flops_of(stage->lanes) + (stage->fold == Fold::dot ? 2 : 1);
    return elements_of(stage->lanes.dims, plan.dims) * SizeExpr(each);
  }
  if (const auto* stage = std::get_if<ProductStage>(&kind)) {
    SizeExpr flops = 2;
    for (const auto* dims : {&stage->batch, &stage->m, &stage->n, &stage->k}) {
      flops = flops * elements_of(*dims, plan.dims);
    }
    return flops;
  }
  if (const auto* stage = std::get_if<TileStage>(&kind)) {
    SizeExpr each = flops_of(stage->lanes);
    for (const TileProduct& product : stage->products)
      each += SizeExpr(2) * elements_of(product.k, plan.dims);
    return elements_of(stage->lanes.dims, plan.dims) * each;
  }
  if (const auto* stage = std::get_if<PrefixStage>(&kind)) {
    int64_t each = stage->how.kind == ir::PrefixKind::affine ? 2 : 1;
    return elements_of(stage->row_dims, plan.dims) * SizeExpr::of(stage->how.time, plan.dims) *
           SizeExpr(each);
  }
  if (const auto* stage = std::get_if<IndexStage>(&kind); stage && stage->scatter) {
    return elements_of(stage->index_dims, plan.dims) * elements_of(stage->row_dims, plan.dims);
  }
  return 0;
}

// The elements that an access touches: each of its axes once, but for times whose loop stands around.
SizeExpr elements_of(const Plan& plan, const Access& access, const std::vector<DimId>& around) {
  if (access.axes.empty()) return plan[access.buffer].elements;
  SizeExpr elements = 1;
  for (const Axis& axis : access.axes) {
    bool fixed = std::find(around.begin(), around.end(), axis.dim) != around.end();
    if (!fixed && !axis.stride.is_zero()) elements = elements * SizeExpr::of(axis.dim, plan.dims);
  }
  return elements;
}

std::vector<Traffic> traffic_within(const Plan& plan, const Stage& stage, const std::vector<DimId>& around) {
  // What only makes exact zeros where sequences end is free where none does.
  bool rare =
      std::holds_alternative<ClearStage>(stage.kind) || std::holds_alternative<AdmitStage>(stage.kind);
  std::vector<Traffic> all;
  if (rare) return all;
  for_each_access(stage.kind, [&](const Access& access, Use use) {
    SizeExpr bytes = elements_of(plan, access, around) * SizeExpr(bytes_of(plan[access.buffer].element));
    all.push_back({access.buffer, use != Use::write ? bytes : 0, use != Use::read ? bytes : 0});
  });
  return all;
}

Cost cost_within(const Plan& plan, const Stage& stage, const std::vector<DimId>& around) {
  Cost cost{flops_of(plan, stage.kind), 0, 0};
  for (const Traffic& traffic : traffic_within(plan, stage, around)) {
    cost.read += traffic.read;
    cost.written += traffic.written;
  }
  return cost;
}

std::vector<DimId> times_around(const Plan& plan, LoopId loop) {
  std::vector<DimId> times;
  for (; loop.valid(); loop = plan[loop].around) times.push_back(plan[loop].time);
  return times;
}

LoopId loop_of(const Plan& plan, const Stage& wanted) {
  LoopId found;
  walk(plan, {[&](StageId id, LoopId around) {
         if (&plan[id] == &wanted) found = around;
       }});
  return found;
}

}  // namespace

std::vector<Traffic> traffic_of(const Plan& plan, const Stage& stage) {
  return traffic_within(plan, stage, times_around(plan, loop_of(plan, stage)));
}

Cost cost_of(const Plan& plan, const Stage& stage) {
  return cost_within(plan, stage, times_around(plan, loop_of(plan, stage)));
}

Cost cost_of(const Plan& plan) {
  Cost sum;
  walk(plan, {[&](StageId id, LoopId around) {
         std::vector<DimId> times = times_around(plan, around);
         Cost cost = cost_within(plan, plan[id], times);
         SizeExpr steps = elements_of(times, plan.dims);
         sum.flops += cost.flops * steps;
         sum.read += cost.read * steps;
         sum.written += cost.written * steps;
       }});
  return sum;
}

}  // namespace rnnc::schedule
