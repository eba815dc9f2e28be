#include "compiler/schedule/uses.h"

#include <type_traits>

namespace rnnc::schedule {

namespace {

// Each function serves stages that may be changed and those that may not.
template <class Lanes, class Visit>
void visit_lanes(Lanes& lanes, Visit& visit) {
  for (auto& load : lanes.loads) {
    if (auto* access = std::get_if<Access>(&load.from)) visit(*access, Use::read);
  }
  for (auto& store : lanes.stores) visit(store.to, Use::write);
}

template <class Stage, class Visit>
void visit_stage(Stage& stage, Visit& visit) {
  using Kind = std::remove_const_t<Stage>;
  if constexpr (std::is_same_v<Kind, LaneStage>) {
    visit_lanes(stage.lanes, visit);
  } else if constexpr (std::is_same_v<Kind, FoldStage>) {
    visit_lanes(stage.lanes, visit);
    visit(stage.to, Use::write);
  } else if constexpr (std::is_same_v<Kind, PackStage>) {
    visit(stage.from, Use::read);
    visit(stage.to, Use::write);
  } else if constexpr (std::is_same_v<Kind, ProductStage>) {
    visit(stage.a, Use::read);
    visit(stage.packed, Use::read);
    visit(stage.c, Use::write);
  } else if constexpr (std::is_same_v<Kind, TileStage>) {
    for (auto& product : stage.products) {
      visit(product.a, Use::read);
      visit(product.packed, Use::read);
    }
    visit_lanes(stage.lanes, visit);
  } else if constexpr (std::is_same_v<Kind, IndexStage>) {
    visit(stage.table, Use::read);
    visit(stage.index, Use::read);
    visit(stage.to, stage.scatter ? Use::update : Use::write);
  } else if constexpr (std::is_same_v<Kind, ShiftStage>) {
    visit(stage.from, Use::read);
    for (auto& before : stage.before) visit(before, Use::read);
    visit(stage.to, Use::write);
  } else if constexpr (std::is_same_v<Kind, FlipStage>) {
    visit(stage.from, Use::read);
    visit(stage.to, Use::write);
  } else if constexpr (std::is_same_v<Kind, PrefixStage>) {
    if (stage.a.buffer.valid()) visit(stage.a, Use::read);
    visit(stage.b, Use::read);
    visit(stage.first, Use::read);
    visit(stage.to, Use::write);
  } else if constexpr (std::is_same_v<Kind, ClearStage>) {
    visit(stage.to, Use::update);
  } else {
    static_assert(std::is_same_v<Kind, AdmitStage>, "a kind of stage whose accesses are not known");
    visit(stage.input, Use::update);
  }
}

void walk_nodes(const Plan& plan, const std::vector<Node>& nodes, LoopId around, const Walk& visitor) {
  for (const Node& node : nodes) {
    if (const auto* stage = std::get_if<StageId>(&node)) {
      visitor.stage(*stage, around);
      continue;
    }
    LoopId loop = std::get<LoopId>(node);
    visitor.enter(loop);
    walk_nodes(plan, plan[loop].body, loop, visitor);
    visitor.leave(loop);
  }
}

}  // namespace

void for_each_access(const StageKind& kind, const std::function<void(const Access&, Use)>& visit) {
  std::visit([&](const auto& stage) { visit_stage(stage, visit); }, kind);
}

void change_each_access(StageKind& kind, const std::function<void(Access&)>& change) {
  auto visit = [&](Access& access, Use) { change(access); };
  std::visit([&](auto& stage) { visit_stage(stage, visit); }, kind);
}

void walk(const Plan& plan, const Walk& visitor) { walk_nodes(plan, plan.body, {}, visitor); }

}  // namespace rnnc::schedule
