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
  const std::vector<ir::InstrId>& readers = scope.readers(value);
  return std::any_of(readers.begin(), readers.end(),
                     [&](ir::InstrId id) { return !group.made.contains(scope.function()[id].results[0]); });
}

// Whether it is in memory, with an element for each index of these dims.
bool fills(const Held& held, const std::vector<ir::DimId>& over) {
  const auto* access = std::get_if<Access>(&held.from);
  return access &&
         std::none_of(over.begin(), over.end(), [&](ir::DimId dim) { return access->stride(dim).is_zero(); });
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
  LaneGroup group{type(function_[*first].results[0]).dims, {}, {}, {}, {}, {}};
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

// What a cheap function reads, where it is made anew.
struct Scope::Ingredients {
  int ops = 0;
  std::set<ValueId> arrays;  // of as many elements as the value
};

// Whether it is a cheap function of values that can be read whether it is stored or not. Members of the group
// come in order, so that it is known of its operands whether they are stored.
bool Scope::is_cheap(const LaneGroup& group, const ir::Instr& instr, Ingredients& all) const {
  constexpr int kMostAnew = 8;
  static const std::set<Op> kCheap = {Op::add, Op::sub, Op::mul, Op::neg, Op::div, Op::contract};
  if (!kCheap.contains(instr.op) || ++all.ops > kMostAnew) return false;
  return std::all_of(instr.operands.begin(), instr.operands.end(), [&](ValueId operand) {
    for (ir::InstrId id : group.remade) {
      if (function_[id].results[0] == operand) return is_cheap(group, function_[id], all);
    }
    const Held& from = held_[operand.index];
    if (const auto* remade = std::get_if<Remade>(&from.from))
      return is_cheap(group, function_[remade->instr], all);
    if (group.stored.contains(operand) || fills(from, group.over)) {
      all.arrays.insert(operand);
      return true;
    }
    return from.known() && !waiting(operand);
  });
}

// Whether storing the value would move more bytes than reading again what it is made of, and those who read
// it can make it.
bool Scope::is_remade(const LaneGroup& group, const ir::Instr& instr) const {
  constexpr int kStored = 2;  // a line that is written is fetched first
  Ingredients all;
  if (!choices_.make_anew || !is_cheap(group, instr, all)) return false;
  int outside = 0;
  for (ir::InstrId id : readers(instr.results[0])) {
    const ir::Instr& reader = function_[id];
    if (group.made.contains(reader.results[0])) continue;
    if (!is_lane(reader) && reader.op != Op::reduce) return false;
    ++outside;
  }
  return outside * (static_cast<int>(all.arrays.size()) - 1) <= kStored;
}

// Where members have to go, because it is wanted there or read by others.
void Scope::house(LaneGroup& group) {
  for (ir::InstrId id : group.members) {
    ValueId member = function_[id].results[0];
    std::vector<Access> places = take_wanted(member);
    if (places.empty() && is_read_outside(*this, group, member)) {
      if (is_remade(group, function_[id])) {
        group.remade.push_back(id);
        continue;
      }
      places.push_back(home(member));
    }
    if (places.empty()) continue;
    group.homes.emplace_back(member, std::move(places));
    group.stored.insert(member);
  }
  // Members that only those need which are made elsewhere are made there.
  std::set<ValueId> read = group.stored;
  for (size_t i = group.members.size(); i-- > 0;) {
    const ir::Instr& instr = function_[group.members[i]];
    if (read.contains(instr.results[0])) {
      read.insert(instr.operands.begin(), instr.operands.end());
    } else {
      group.members.erase(group.members.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

// Whether any was ready.
bool Scope::place_lanes(std::vector<ir::InstrId>& pending) {
  LaneGroup group = next_group(pending);
  if (group.members.empty()) return false;
  house(group);
  if (!group.stored.empty()) place_group(group);
  for (ir::InstrId id : group.remade) {
    ValueId member = function_[id].results[0];
    bind(member, {Remade{id}, !has_ends(type(member))});
  }
  return true;
}

void Scope::place_group(LaneGroup& group) {
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
}

}  // namespace rnnc::schedule
