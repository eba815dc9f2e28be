#include "compiler/schedule/deal.h"

#include <algorithm>
#include <functional>

#include "compiler/schedule/cost.h"
#include "compiler/schedule/uses.h"

namespace rnnc::schedule {

namespace {

using ir::DimId;
using ir::DimKind;
using Dims = std::vector<DimId>;

Dims joined(Dims dims, const Dims& more) {
  dims.insert(dims.end(), more.begin(), more.end());
  return dims;
}

// Rows that are taken as one are divided by the outermost of their dims.
Dims with_first(Dims dims, const Dims& rows) {
  if (!rows.empty()) dims.push_back(rows.front());
  return dims;
}

Dims of(const LaneStage& stage) { return stage.lanes.dims; }
Dims of(const FoldStage& stage) {
  return {stage.lanes.dims.begin(), stage.lanes.dims.end() - static_cast<ptrdiff_t>(stage.over.size())};
}
Dims of(const PackStage& stage) { return with_first(stage.batch, stage.n); }
Dims of(const ProductStage& stage) { return with_first(stage.batch, stage.m); }
Dims of(const TileStage& stage) { return with_first(stage.outer, stage.rows); }
Dims of(const IndexStage& stage) {
  // Rows that are added up in one place keep their order.
  if (stage.scatter) return stage.row_dims;
  return joined(stage.index_dims, stage.row_dims);
}
Dims of(const ShiftStage& stage) { return stage.row_dims; }
Dims of(const FlipStage& stage) { return with_first(stage.row_dims, {stage.batch}); }
Dims of(const PrefixStage& stage) { return stage.row_dims; }
Dims of(const ClearStage& stage) { return {stage.batch}; }
Dims of(const AdmitStage&) { return {}; }

LoopId outermost(const Plan& plan, LoopId loop) {
  while (plan[loop].around.valid()) loop = plan[loop].around;
  return loop;
}

// Whether an outermost loop, with those in it, may be divided by sequences.
class LoopOfRows {
 public:
  LoopOfRows(const Plan& plan, LoopId loop) : plan_(plan), loop_(loop), made_(plan.buffers.size(), false) {}

  bool possible() {
    for (uint32_t i = 0; i < plan_.loops.size(); ++i) {
      if (outermost(plan_, LoopId{i}) != loop_) continue;
      for (const Carry& carry : plan_.loops[i].carries) made_[carry.ring.index] = true;
    }
    for_each_stage([&](const Stage& stage) {
      for_each_access(stage.kind, [&](const Access& access, Use use) {
        if (use != Use::read) made_[access.buffer.index] = true;
      });
    });
    bool all = true;
    for_each_stage([&](const Stage& stage) { all &= by_rows(stage.kind); });
    return all;
  }

 private:
  void for_each_stage(const std::function<void(const Stage&)>& visit) const {
    walk(plan_, {[&](StageId id, LoopId around) {
           if (around.valid() && outermost(plan_, around) == loop_) visit(plan_[id]);
         }});
  }

  // Whether each thread finds in its own rows whatever the stage reads of what the loop makes.
  bool by_rows(const StageKind& kind) const {
    if (!in(divisible(kind), plan_.batch)) return false;
    bool own = true;
    for_each_access(kind, [&](const Access& access, Use) {
      bool others = plan_[access.buffer].place != Place::packed && access.stride(plan_.batch).is_zero();
      if (made_[access.buffer.index] && others) own = false;
    });
    if (const auto* pick = std::get_if<IndexStage>(&kind)) own &= pick->dim != plan_.batch;
    if (const auto* pack = std::get_if<PackStage>(&kind)) own &= in(pack->batch, plan_.batch);
    if (const auto* product = std::get_if<ProductStage>(&kind))
      own &= !made_[product->packed.buffer.index] || in(product->batch, plan_.batch);
    if (const auto* tile = std::get_if<TileStage>(&kind)) {
      for (const TileProduct& product : tile->products)
        own &= !made_[product.packed.buffer.index] || in(tile->heads, plan_.batch);
    }
    return own;
  }

  const Plan& plan_;
  LoopId loop_;
  std::vector<bool> made_;  // buffers that its stages write, and its rings
};

// Whether a step of one sequence takes so long that threads may wait for each other after each stage of it.
bool is_worth_barriers(const Plan& plan, LoopId loop) {
  constexpr int64_t kFlops = 50'000;  // for a stage
  int64_t flops = 0, stages = 0;
  walk(plan, {[&](StageId id, LoopId around) {
         if (!around.valid() || outermost(plan, around) != loop) return;
         flops += cost_of(plan, plan[id]).flops.evaluate([&](DimId dim) {
           return plan.dims[dim].kind == DimKind::constant ? plan.dims[dim].size : 1;
         });
         ++stages;
       }});
  return flops >= kFlops * stages;
}

// Long dims first: a time, the batch, then the largest.
DimId longest(const Plan& plan, const Dims& dims) {
  DimId best;
  auto length = [&](DimId dim) {
    const ir::Dim& entry = plan.dims[dim];
    return entry.kind == DimKind::time    ? INT64_MAX
           : entry.kind == DimKind::batch ? INT64_MAX - 1
                                          : entry.size;
  };
  for (DimId dim : dims) {
    if (length(dim) > 1 && (!best.valid() || length(dim) > length(best))) best = dim;
  }
  return best;
}

}  // namespace

Dims divisible(const StageKind& kind) {
  Dims dims = std::visit([](const auto& stage) { return of(stage); }, kind);
  std::erase_if(dims, [](DimId dim) { return !dim.valid(); });
  return dims;
}

DimId units_of(const Plan& plan, const StageKind& kind) {
  if (const auto* tile = std::get_if<TileStage>(&kind)) return tile->units.front();
  const bool divides = std::holds_alternative<LaneStage>(kind) || std::holds_alternative<FoldStage>(kind) ||
                       std::holds_alternative<ProductStage>(kind) || std::holds_alternative<PackStage>(kind);
  Dims dims = divides ? divisible(kind) : Dims{};
  std::erase_if(dims, [&](DimId dim) { return plan.dims[dim].kind != DimKind::constant; });
  return longest(plan, dims);
}

void deal_out(Plan& plan) {
  // If a step may be left out, only the thread that runs the loop knows how often generations of rings have
  // changed places.
  plan.dealt = std::none_of(plan.loops.begin(), plan.loops.end(),
                            [](const TimeLoop& loop) { return loop.active.valid(); });
  if (!plan.dealt) return;
  for (uint32_t i = 0; i < plan.loops.size(); ++i)
    plan.loops[i].dealt = plan.batch.valid() && LoopOfRows(plan, outermost(plan, LoopId{i})).possible();
  walk(plan, {[&](StageId id, LoopId around) {
         Stage& stage = plan.stages[id.index];
         if (!around.valid()) {
           stage.dealt = longest(plan, divisible(stage.kind));
         } else if (plan[around].dealt) {
           stage.dealt = plan.batch;
         }
       }});
}

void divide_units(Plan& plan, bool everywhere) {
  for (uint32_t i = 0; i < plan.loops.size(); ++i) {
    TimeLoop& loop = plan.loops[i];
    loop.by_units = loop.dealt && (everywhere || is_worth_barriers(plan, outermost(plan, LoopId{i})));
  }
  walk(plan, {[&](StageId id, LoopId around) {
         Stage& stage = plan.stages[id.index];
         if (around.valid() && plan[around].by_units) stage.units = units_of(plan, stage.kind);
       }});
}

LoopId dealt_loop(const Plan& plan, const Buffer& buffer) {
  return buffer.within.valid() && plan[buffer.within].dealt ? outermost(plan, buffer.within) : LoopId{};
}

std::vector<bool> lie_by_rows(const Plan& plan) {
  std::vector<bool> by_rows(plan.buffers.size(), plan.batch.valid());
  if (!plan.batch.valid()) return by_rows;
  auto count = SizeExpr::of(plan.batch, plan.dims);
  for (const Stage& stage : plan.stages) {
    auto first_is_batch = [&](const Dims& dims) { return !dims.empty() && dims.front() == plan.batch; };
    for_each_access(stage.kind, [&](const Access& access, Use) {
      const Buffer& buffer = plan[access.buffer];
      if (buffer.place == Place::packed) return;
      if (buffer.place == Place::ring || access.stride(plan.batch) * count != buffer.elements)
        by_rows[access.buffer.index] = false;
    });
    if (const auto* pack = std::get_if<PackStage>(&stage.kind))
      if (!first_is_batch(pack->batch)) by_rows[pack->to.buffer.index] = false;
  }
  return by_rows;
}

}  // namespace rnnc::schedule
