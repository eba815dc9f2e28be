// Element-wise instructions: all that run over the same dims and wait for nothing else become one stage, with
// the products that they read.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "compiler/schedule/scope.h"
#include "compiler/schedule/tile_graph.h"
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

// Whether an instruction that is no member reads the value.
bool is_read_outside(const Scope& scope, const LaneGroup& group, ValueId value) {
  const std::vector<ir::Instr>& instrs = scope.function().instrs();
  return std::any_of(instrs.begin(), instrs.end(), [&](const ir::Instr& instr) {
    if (group.made.contains(instr.results[0])) return false;
    bool reads = std::find(instr.operands.begin(), instr.operands.end(), value) != instr.operands.end();
    return reads && std::any_of(instr.results.begin(), instr.results.end(),
                                [&](ValueId result) { return scope.is_needed(result); });
  });
}

// Writes a group as a graph.
class Writing {
 public:
  // `with_products`: products that wait are read as sums of a tile where they fit, else from memory.
  Writing(Scope& scope, const LaneGroup& group, bool with_products)
      : scope_(scope), group_(group), products_(scope, group.over, group.stored, with_products) {
    for (ir::InstrId id : group.members) add(scope.function()[id]);
    for (const auto& [value, places] : group.homes) store(value, places);
    for (ValueId product : products_.values()) {
      std::vector<Access> places = scope.take_wanted(product);
      if (places.empty() && is_read_outside(scope, group, product)) places.push_back(scope.home(product));
      if (places.empty()) continue;
      store(product, places);
      sums_.emplace_back(product, std::move(places));
    }
  }

  // The products that run in the stage, and where the sums have to go that others read too.
  std::vector<ValueId> products() const { return products_.values(); }
  const Homes& sums() const { return sums_; }

  // Nothing if the products do not go with the graph.
  std::optional<StageKind> stage() const {
    if (!products_.any()) return LaneStage{graph_.finish(group_.over)};
    auto stage = products_.stage(graph_);
    if (!stage) return std::nullopt;
    return std::move(*stage);
  }

 private:
  void store(ValueId value, const std::vector<Access>& places) {
    for (const Access& place : places) graph_.store(place, token(value));
  }

  void add(const ir::Instr& instr) {
    ValueId result = instr.results[0];
    ir::Element element = scope_.type(result).element;
    if (instr.op == Op::random) {
      tokens_[result] = graph_.load({draw(instr), element});
      return;
    }
    if (instr.op == Op::add && products_.join(instr)) return;
    std::vector<LaneGraph::Token> operands;
    for (ValueId operand : instr.operands) operands.push_back(token(operand));
    bool same = instr.op == Op::detach || (instr.op == Op::cast && graph_.element(operands[0]) == element);
    Op op = instr.op == Op::contract ? Op::mul : instr.op;
    tokens_[result] = same ? operands[0] : graph_.op(op, operands, element);
  }

  LaneGraph::Token token(ValueId value) {
    auto found = tokens_.find(value);
    if (found != tokens_.end()) return found->second;
    if (auto sum = products_.sum(value)) {
      return tokens_[value] = graph_.load({*sum, ir::Element::real});
    }
    return scope_.load(graph_, scope_.held(value), scope_.type(value).element);
  }

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
  const LaneGroup& group_;
  LaneGraph graph_;
  TileGraph products_;
  Homes sums_;
  std::map<ValueId, LaneGraph::Token> tokens_;
};

}  // namespace

// Takes every pending instruction that can run in the loops of the first one that is ready; none if none is.
LaneGroup Scope::next_group(std::vector<ir::InstrId>& pending) {
  auto ready = [&](ir::InstrId id) { return is_lane(function_[id]) && operands_known(function_[id]); };
  auto first = std::find_if(pending.begin(), pending.end(), ready);
  if (first == pending.end()) return {};
  LaneGroup group{type(function_[*first].results[0]).dims, {}, {}, {}, {}};
  auto takes = [&](const ir::Instr& instr) {
    return is_lane(instr) && type(instr.results[0]).dims == group.over && group.made.size() < kMostOps &&
           std::all_of(
               instr.operands.begin(), instr.operands.end(),
               [&](ValueId operand) { return group.made.contains(operand) || held_[operand.index].known(); });
  };
  std::vector<ir::InstrId> rest;
  for (ir::InstrId id : pending) {
    if (!takes(function_[id])) {
      rest.push_back(id);
      continue;
    }
    group.members.push_back(id);
    group.made.insert(function_[id].results[0]);
  }
  pending = std::move(rest);
  return group;
}

// Where members have to go, because it is wanted there or read by others.
void Scope::house(LaneGroup& group) {
  for (ir::InstrId id : group.members) {
    ValueId member = function_[id].results[0];
    std::vector<Access> places = take_wanted(member);
    if (places.empty() && is_read_outside(*this, group, member)) places.push_back(home(member));
    if (places.empty()) continue;
    group.homes.emplace_back(member, std::move(places));
    group.stored.insert(member);
  }
}

// Whether any was ready.
bool Scope::place_lanes(std::vector<ir::InstrId>& pending) {
  LaneGroup group = next_group(pending);
  if (group.members.empty()) return false;
  house(group);
  auto writing = std::make_unique<Writing>(*this, group, choices_.fuse_products);
  auto kind = writing->stage();
  if (!kind) {
    for (const auto& [product, places] : writing->sums()) {
      for (const Access& place : places) want(product, place);
    }
    writing = std::make_unique<Writing>(*this, group, false);
    kind = writing->stage();
  }
  StageId stage = emit(std::move(*kind), name(group.homes.back().first));
  for (ValueId product : writing->products()) held_[product.index] = {};
  for (const Homes* homes : {&std::as_const(group).homes, &writing->sums()}) {
    for (const auto& [value, places] : *homes) {
      bind(value, {places[0]});
      for (const Access& place : places) {
        maker_[place.buffer] = stage;
        clear_past_ends(type(value), place, name(value));
      }
    }
  }
  return true;
}

}  // namespace rnnc::schedule
