#include "compiler/schedule/uses.h"

#include "compiler/support/overloaded.h"

namespace rnnc::schedule {

namespace {

using Visit = std::function<void(const Access&, Use)>;

void visit_lanes(const Lanes& lanes, const Visit& visit) {
  for (const Load& load : lanes.loads) {
    if (const auto* access = std::get_if<Access>(&load.from)) visit(*access, Use::read);
  }
  for (const Store& store : lanes.stores) visit(store.to, Use::write);
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

void for_each_access(const StageKind& kind, const Visit& visit) {
  std::visit(support::Overloaded{
                 [&](const LaneStage& stage) { visit_lanes(stage.lanes, visit); },
                 [&](const FoldStage& stage) {
                   visit_lanes(stage.lanes, visit);
                   visit(stage.to, Use::write);
                 },
                 [&](const PackStage& stage) {
                   visit(stage.from, Use::read);
                   visit(Access{stage.to}, Use::write);
                 },
                 [&](const ProductStage& stage) {
                   visit(stage.a, Use::read);
                   visit(Access{stage.packed}, Use::read);
                   visit(stage.c, Use::write);
                 },
                 [&](const IndexStage& stage) {
                   visit(stage.table, Use::read);
                   visit(stage.index, Use::read);
                   visit(stage.to, stage.scatter ? Use::update : Use::write);
                 },
                 [&](const ShiftStage& stage) {
                   visit(stage.from, Use::read);
                   for (const Access& before : stage.before) visit(before, Use::read);
                   visit(stage.to, Use::write);
                 },
                 [&](const FlipStage& stage) {
                   visit(stage.from, Use::read);
                   visit(stage.to, Use::write);
                 },
                 [&](const PrefixStage& stage) {
                   if (stage.a.buffer.valid()) visit(stage.a, Use::read);
                   visit(stage.b, Use::read);
                   visit(stage.first, Use::read);
                   visit(stage.to, Use::write);
                 },
                 [&](const ClearStage& stage) { visit(stage.to, Use::update); },
                 [&](const AdmitStage& stage) { visit(Access{stage.input}, Use::update); },
             },
             kind);
}

void walk(const Plan& plan, const Walk& visitor) { walk_nodes(plan, plan.body, {}, visitor); }

}  // namespace rnnc::schedule
