// Element-wise instructions: all that run over the same dims and wait for nothing else become one stage.
#include <algorithm>
#include <map>
#include <set>

#include "compiler/schedule/scope.h"
#include "compiler/support/check.h"

namespace rnnc::schedule {

using ir::Family;
using ir::Op;
using ir::ValueId;

bool is_lane(const ir::Instr& instr) {
  switch (ir::info(instr.op).family) {
    case Family::unary:
    case Family::binary:
    case Family::compare:
    case Family::select:
      return true;
    case Family::leaf:
      return instr.op == Op::random;
    case Family::product:
      return std::get<ir::OverAttr>(instr.attributes).over.empty();
    case Family::reduction:
    case Family::structure:
    case Family::index:
    case Family::time:
    case Family::scan:
      return false;
  }
  RNNC_UNREACHABLE("an op of no family");
}

namespace {

// More operations than this in one loop hold registers and the compiler up.
constexpr size_t kMostOps = 96;

class Grouping {
 public:
  Grouping(Scope& scope, std::vector<ir::DimId> over) : scope_(scope), over_(std::move(over)) {}

  bool takes(const ir::Instr& instr) const {
    return is_lane(instr) && scope_.type(instr.results[0]).dims == over_ && tokens_.size() < kMostOps &&
           std::all_of(
               instr.operands.begin(), instr.operands.end(),
               [&](ValueId operand) { return tokens_.contains(operand) || scope_.held(operand).known(); });
  }

  void add(const ir::Instr& instr) {
    ir::Element element = scope_.type(instr.results[0]).element;
    members_.push_back(instr.results[0]);
    if (instr.op == Op::random) {
      tokens_[instr.results[0]] = graph_.load({draw(instr), element});
      return;
    }
    std::vector<LaneGraph::Token> operands;
    for (ValueId operand : instr.operands) operands.push_back(token(operand));
    bool same = instr.op == Op::detach || (instr.op == Op::cast && graph_.element(operands[0]) == element);
    Op op = instr.op == Op::contract ? Op::mul : instr.op;
    tokens_[instr.results[0]] = same ? operands[0] : graph_.op(op, operands, element);
  }

  const std::vector<ValueId>& members() const { return members_; }
  LaneGraph& graph() { return graph_; }
  LaneGraph::Token token(ValueId value) {
    auto found = tokens_.find(value);
    if (found != tokens_.end()) return found->second;
    return scope_.load(graph_, scope_.held(value), scope_.type(value).element);
  }
  const std::vector<ir::DimId>& over() const { return over_; }

 private:
  Draw draw(const ir::Instr& instr) const {
    Draw draw{std::get<ir::RandomAttr>(instr.attributes), {}, {}, {}};
    for (ir::DimId dim : scope_.type(instr.results[0]).dims) {
      switch (scope_.dims()[dim].kind) {
        case ir::DimKind::constant:
          draw.elements.push_back(dim);
          break;
        case ir::DimKind::batch:
          draw.batch = dim;
          break;
        case ir::DimKind::time:
          draw.time = dim;
          break;
      }
    }
    return draw;
  }

  Scope& scope_;
  std::vector<ir::DimId> over_;
  LaneGraph graph_;
  std::vector<ValueId> members_;
  std::map<ValueId, LaneGraph::Token> tokens_;
};

// The values that an instruction outside of the group reads.
std::set<ValueId> read_outside(const Scope& scope, const std::vector<ValueId>& members) {
  std::set<ValueId> inside(members.begin(), members.end()), read;
  for (const ir::Instr& instr : scope.function().instrs()) {
    if (inside.contains(instr.results[0])) continue;
    bool needed = std::any_of(instr.results.begin(), instr.results.end(),
                              [&](ValueId result) { return scope.is_needed(result); });
    if (!needed) continue;
    for (ValueId operand : instr.operands) {
      if (inside.contains(operand)) read.insert(operand);
    }
  }
  return read;
}

}  // namespace

void Scope::place_lanes(std::vector<ir::InstrId>& pending) {
  auto ready = [&](ir::InstrId id) { return is_lane(function_[id]) && operands_known(function_[id]); };
  auto first = std::find_if(pending.begin(), pending.end(), ready);
  RNNC_CHECK(first != pending.end(), "instructions that wait for each other");
  Grouping group(*this, type(function_[*first].results[0]).dims);
  std::vector<ir::InstrId> rest;
  for (ir::InstrId id : pending) {
    if (group.takes(function_[id])) {
      group.add(function_[id]);
    } else {
      rest.push_back(id);
    }
  }
  pending = std::move(rest);

  std::set<ValueId> read = read_outside(*this, group.members());
  std::vector<std::pair<ValueId, std::vector<Access>>> homes;
  for (ValueId member : group.members()) {
    std::vector<Access> places = std::move(wanted_[member.index]);
    wanted_[member.index].clear();
    if (places.empty() && read.contains(member)) places.push_back(home(member));
    if (places.empty()) continue;
    for (const Access& place : places) group.graph().store(place, group.token(member));
    homes.emplace_back(member, std::move(places));
  }
  StageId stage = emit(LaneStage{group.graph().finish(group.over())}, name(homes.back().first));
  for (const auto& [member, places] : homes) {
    bind(member, {places[0]});
    for (const Access& place : places) {
      maker_[place.buffer] = stage;
      clear_past_ends(type(member), place, name(member));
    }
  }
}

}  // namespace rnnc::schedule
