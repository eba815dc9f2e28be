#include "compiler/schedule/scope.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/support/check.h"

namespace rnnc::schedule {

using ir::DimId;
using ir::DimKind;
using ir::Op;
using ir::Type;
using ir::ValueId;

Scope::Scope(Plan& plan, const ir::Function& function, const Choices& choices, LoopId loop, Scope* outer)
    : plan_(plan),
      function_(function),
      choices_(choices),
      loop_(loop),
      outer_(outer),
      held_(function.values().size()),
      wanted_(function.values().size()),
      needed_(function.values().size(), false),
      readers_(function.values().size()) {}

std::string Scope::name(ValueId value) const {
  const std::string& given = function_[value].name;
  if (!given.empty()) return given;
  for (const ir::NamedResult& result : function_.results()) {
    if (result.value == value && !result.name.empty()) return result.name;
  }
  return fmt::format("%{}", value.index);
}

// Instructions whose results something wanted needs, in order.
std::vector<ir::InstrId> Scope::needed_instructions() {
  for (size_t v = 0; v < wanted_.size(); ++v) needed_[v] = !wanted_[v].empty();
  std::vector<ir::InstrId> needed;
  for (auto i = static_cast<uint32_t>(function_.instrs().size()); i-- > 0;) {
    const ir::Instr& instr = function_.instrs()[i];
    bool any = std::any_of(instr.results.begin(), instr.results.end(),
                           [&](ValueId result) { return is_needed(result); });
    if (!any) continue;
    needed.push_back(ir::InstrId{i});
    for (ValueId operand : instr.operands) {
      needed_[operand.index] = true;
      readers_[operand.index].push_back(ir::InstrId{i});
    }
  }
  std::reverse(needed.begin(), needed.end());
  return needed;
}

void Scope::run() {
  std::vector<ir::InstrId> pending = needed_instructions();
  while (!pending.empty()) {
    // Products wait for element-wise readers first.
    if (place_others(pending, false)) continue;
    if (place_lanes(pending) || place_others(pending, true)) continue;
    RNNC_UNREACHABLE("instructions that wait for each other");
  }
  for (const Product& product : products_) held(product.c);
  place_copies();
}

bool Scope::operands_known(const ir::Instr& instr) const {
  return std::all_of(instr.operands.begin(), instr.operands.end(),
                     [&](ValueId operand) { return held_[operand.index].known(); });
}

// Everything that is ready and no element-wise graph, with what reads products that wait or without it.
// Whether there was any.
bool Scope::place_others(std::vector<ir::InstrId>& pending, bool with_waiting) {
  std::vector<ir::InstrId> rest;
  for (ir::InstrId id : pending) {
    const ir::Instr& instr = function_[id];
    bool waits = !with_waiting && std::any_of(instr.operands.begin(), instr.operands.end(),
                                              [&](ValueId operand) { return waiting(operand) != nullptr; });
    if (is_lane(instr) || !operands_known(instr) || waits) {
      rest.push_back(id);
      continue;
    }
    if (place_without_stage(instr)) continue;
    switch (instr.op) {
      case Op::contract:
        plan_contract(*this, instr);
        break;
      case Op::reduce:
        plan_reduce(*this, instr);
        break;
      case Op::view:
        plan_view(*this, instr);
        break;
      case Op::concat:
        plan_concat(*this, instr);
        break;
      case Op::pad:
        plan_pad(*this, instr);
        break;
      case Op::gather:
        plan_gather(*this, instr);
        break;
      case Op::scatter_add:
        plan_scatter(*this, instr);
        break;
      case Op::shift:
        plan_shift(*this, instr);
        break;
      case Op::flip:
        plan_flip(*this, instr);
        break;
      case Op::prefix:
        plan_prefix(*this, instr);
        break;
      case Op::scan:
        plan_scan(*this, instr);
        break;
      default:
        RNNC_UNREACHABLE("an op that is neither element-wise nor has a stage of its own");
    }
  }
  bool any = rest.size() < pending.size();
  pending = std::move(rest);
  return any;
}

// Values that are where they are already, or need no memory at all.
bool Scope::place_without_stage(const ir::Instr& instr) {
  switch (instr.op) {
    case Op::param:
    case Op::input:
    case Op::constant:
    case Op::iota:
      place_leaf(instr);
      return true;
    case Op::broadcast:
      place_broadcast(instr);
      return true;
    case Op::slice: {
      const Held& from = held(instr.operands[0]);
      const auto& range = std::get<ir::RangeAttr>(instr.attributes);
      if (std::holds_alternative<Number>(from.from)) {
        bind(instr.results[0], from);
      } else {
        bind(instr.results[0],
             {sliced(in_memory(instr.operands[0]), range.from, range.to, range.start), from.clean});
      }
      return true;
    }
    default:
      return false;
  }
}

void Scope::place_broadcast(const ir::Instr& instr) {
  Held held = this->held(instr.operands[0]);
  const Type& narrow = type(instr.operands[0]);
  const Type& wide = type(instr.results[0]);
  for (DimId dim : wide.dims) {
    bool ends = dims()[dim].kind == DimKind::time && has_ends({wide.element, {dim, plan_.batch}});
    if (ends && wide.has(plan_.batch) && !(narrow.has(dim) && narrow.has(plan_.batch))) held.clean = false;
  }
  if (const auto* number = std::get_if<Number>(&held.from))
    held.clean = number->value == 0 || !has_ends(wide);
  bind(instr.results[0], held);
}

void Scope::place_leaf(const ir::Instr& instr) {
  ValueId result = instr.results[0];
  const Type& of = type(result);
  auto leaf = [&](Place place, const std::vector<ir::NamedType>& signature) {
    const std::string& leaf_name = std::get<ir::NameAttr>(instr.attributes).name;
    auto same = [&](const ir::NamedType& entry) { return entry.name == leaf_name; };
    auto at = std::find_if(signature.begin(), signature.end(), same) - signature.begin();
    for (uint32_t i = 0; i < plan_.buffers.size(); ++i) {
      if (plan_.buffers[i].place == place && plan_.buffers[i].index == at) return BufferId{i};
    }
    RNNC_UNREACHABLE("a leaf that is not in the signature");
  };
  switch (instr.op) {
    case Op::param:
      bind(result, {rows_of(leaf(Place::param, plan_.params), of.dims, dims())});
      return;
    case Op::input:
      admit(result, leaf(Place::input, plan_.inputs));
      return;
    case Op::iota:
      bind(result, {Index{std::get<ir::DimAttr>(instr.attributes).dim}});
      return;
    default:
      break;
  }
  const auto& values = std::get<ir::ConstAttr>(instr.attributes).values;
  if (values.size() == 1) {
    bind(result, {Number{values[0]}, values[0] == 0 || !has_ends(of)});
    return;
  }
  BufferId buffer = scratch(of, name(result), Place::constant);
  plan_.buffers[buffer.index].index = static_cast<uint32_t>(plan_.constants.size());
  plan_.constants.push_back({of.element, values});
  bind(result, {rows_of(buffer, of.dims, dims())});
}

void Scope::admit(ValueId value, BufferId input) {
  const Type& of = type(value);
  Access access = rows_of(input, of.dims, dims());
  bind(value, {access});
  if (!has_ends(of)) return;
  AdmitStage admit{{input}, {}};
  for (DimId dim : of.dims) {
    if (dims()[dim].kind == DimKind::time && plan_.lengths_of(dim).valid()) admit.times.push_back(dim);
  }
  emit(admit, name(value), Apart::copies);
  clear_past_ends(of, access, name(value));
}

// The copies that are still owed: results that are parameters, inputs or values with a second place to go.
void Scope::place_copies() {
  std::map<std::vector<DimId>, LaneGraph> graphs;
  std::map<std::vector<DimId>, std::string> names;
  for (uint32_t v = 0; v < wanted_.size(); ++v) {
    if (wanted_[v].empty()) continue;
    ValueId value{v};
    LaneGraph& graph = graphs[type(value).dims];
    LaneGraph::Token token = load_settled(graph, value, false);
    for (const Access& to : wanted_[v]) graph.store(to, token);
    names.emplace(type(value).dims, name(value));
  }
  for (const auto& [over, graph] : graphs) emit(LaneStage{graph.finish(over)}, names[over], Apart::copies);
}

BufferId Scope::scratch(const Type& of, std::string buffer_name, Place place) {
  BufferId id{static_cast<uint32_t>(plan_.buffers.size())};
  Buffer buffer{place, of.element, elements_of(of.dims, dims()), 0, std::move(buffer_name)};
  if (place != Place::constant) {
    buffer.within = loop_;
    own_.insert(id);
  }
  plan_.buffers.push_back(std::move(buffer));
  return id;
}

Access Scope::home(ValueId value) {
  std::vector<Access>& wanted = wanted_[value.index];
  if (!wanted.empty()) {
    Access first = wanted.front();
    wanted.erase(wanted.begin());
    return first;
  }
  return rows_of(scratch(type(value), name(value)), type(value).dims, dims());
}

std::string Scope::waits_on(const Lanes& lanes) const {
  StageId latest{0};
  bool any = false;
  for (const Load& load : lanes.loads) {
    const auto* access = std::get_if<Access>(&load.from);
    auto maker = access ? maker_.find(access->buffer) : maker_.end();
    if (maker == maker_.end()) continue;
    latest = any ? std::max(latest, maker->second) : maker->second;
    any = true;
  }
  if (!any || std::holds_alternative<LaneStage>(plan_[latest].kind)) return {};
  return plan_[latest].name;
}

StageId Scope::emit(StageKind kind, std::string stage_name, Apart apart, std::string on) {
  StageId id{static_cast<uint32_t>(plan_.stages.size())};
  if (const auto* lanes = std::get_if<LaneStage>(&kind); lanes && apart != Apart::copies) {
    on = waits_on(lanes->lanes);
    apart = !on.empty() ? Apart::waits : nodes_.empty() ? Apart::nothing : Apart::other_dims;
  }
  plan_.stages.push_back({std::move(kind), std::move(stage_name), apart, std::move(on)});
  nodes_.push_back(id);
  return id;
}

void Scope::finish(ValueId value, const Access& home) {
  bind(value, {home});
  maker_[home.buffer] = StageId{static_cast<uint32_t>(plan_.stages.size() - 1)};
  clear_past_ends(type(value), home, name(value));
}

void Scope::clear_past_ends(const Type& of, const Access& to, const std::string& of_what) {
  if (!of.has(plan_.batch)) return;
  for (DimId time : of.dims) {
    if (dims()[time].kind != DimKind::time || !plan_.lengths_of(time).valid()) continue;
    emit(ClearStage{of.element, to, time, plan_.batch, of.without(time).without(plan_.batch).dims}, of_what);
  }
}

void Scope::fill_zero(const Type& of, const Access& to, const std::string& of_what) {
  LaneGraph graph;
  graph.store(to, graph.number(0, of.element));
  emit(LaneStage{graph.finish(of.dims)}, of_what, Apart::copies);
}

bool Scope::has_ends(const Type& of) const {
  return of.has(plan_.batch) && std::any_of(of.dims.begin(), of.dims.end(), [&](DimId dim) {
           return dims()[dim].kind == DimKind::time && plan_.lengths_of(dim).valid();
         });
}

bool Scope::sums_rows(const std::vector<DimId>& over) const { return in(over, plan_.batch); }

const Held& Scope::held(ValueId value) {
  if (const Product* product = waiting(value)) emit_product(*this, Product(*product));
  return held_[value.index];
}

void Scope::postpone(Product product) {
  bind(product.c, {Waiting{products_.size()}});
  products_.push_back(std::move(product));
}

const Product* Scope::waiting(ValueId value) const {
  const auto* waits = std::get_if<Waiting>(&held_[value.index].from);
  return waits ? &products_[waits->product] : nullptr;
}

Access Scope::in_memory(ValueId value) {
  const Held& from = held(value);
  if (const auto* access = std::get_if<Access>(&from.from)) return *access;
  return copied(from, type(value), false, name(value));
}

Access Scope::settled(ValueId value, bool rows) {
  const Held& from = held(value);
  const auto* access = std::get_if<Access>(&from.from);
  bool idle_rows = rows && type(value).has(plan_.batch) && active().valid();
  if (access && from.clean && !idle_rows) return *access;
  return copied(from, type(value), rows, name(value));
}

Access Scope::copied(const Held& from, const Type& of, bool rows, const std::string& of_what) {
  LaneGraph graph;
  LaneGraph::Token token = load(graph, from, of.element);
  token = graph.kept_where(token, conditions(graph, of, !from.clean, rows));
  Access to = rows_of(scratch(of, of_what), of.dims, dims());
  graph.store(to, token);
  maker_[to.buffer] = emit(LaneStage{graph.finish(of.dims)}, of_what, Apart::copies);
  return to;
}

LaneGraph::Token Scope::load(LaneGraph& graph, const Held& held, ir::Element element) {
  if (const auto* remade = std::get_if<Remade>(&held.from)) {
    const ir::Instr& instr = function_[remade->instr];
    std::vector<LaneGraph::Token> operands;
    for (ValueId operand : instr.operands)
      operands.push_back(load(graph, this->held(operand), type(operand).element));
    return graph.op(instr.op == Op::contract ? Op::mul : instr.op, operands, element);
  }
  Load load{Number{0}, element};
  if (const auto* access = std::get_if<Access>(&held.from)) load.from = *access;
  if (const auto* number = std::get_if<Number>(&held.from)) load.from = *number;
  if (const auto* index = std::get_if<Index>(&held.from)) load.from = *index;
  RNNC_CHECK(held.known(), "a value that is not made yet");
  return graph.load(load);
}

LaneGraph::Token Scope::load_settled(LaneGraph& graph, ValueId value, bool rows) {
  const Held& from = held(value);
  LaneGraph::Token token = load(graph, from, type(value).element);
  return graph.kept_where(token, conditions(graph, type(value), !from.clean, rows));
}

std::vector<LaneGraph::Token> Scope::conditions(LaneGraph& graph, const Type& of, bool times, bool rows) {
  std::vector<LaneGraph::Token> all;
  if (!of.has(plan_.batch)) return all;
  for (DimId dim : of.dims) {
    if (!times || dims()[dim].kind != DimKind::time || !plan_.lengths_of(dim).valid()) continue;
    auto step = graph.load({Index{dim}, ir::Element::i32});
    Access lengths = rows_of(plan_.lengths_of(dim), {plan_.batch}, dims());
    auto length = graph.load({lengths, ir::Element::i32});
    all.push_back(graph.op(Op::less, {step, length}, ir::Element::boolean));
  }
  if (rows && active().valid()) {
    all.push_back(graph.load({rows_of(active(), {plan_.batch}, dims()), ir::Element::boolean}));
  }
  return all;
}

BufferId Scope::active() {
  if (!loop_.valid()) return {};
  if (plan_[loop_].active.valid()) return plan_[loop_].active;
  bool ends = plan_.lengths_of(plan_[loop_].time).valid();
  bool outer_ends = outer_->active().valid();
  if (!plan_.batch.valid() || (!ends && !outer_ends)) return {};
  BufferId rows = scratch({ir::Element::boolean, {plan_.batch}}, "active");
  plan_.loops[loop_.index].active = rows;
  return rows;
}

bool Scope::changes(const Access& access) const {
  if (!loop_.valid() || own_.contains(access.buffer)) return true;
  return std::any_of(access.axes.begin(), access.axes.end(),
                     [&](const Axis& axis) { return axis.dim == plan_[loop_].time; });
}

BufferId Scope::packed(const Access& from, std::vector<DimId> batch, std::vector<DimId> n,
                       std::vector<DimId> k, int width, const std::string& of_what) {
  if (!changes(from)) {
    return outer_->packed(from, std::move(batch), std::move(n), std::move(k), width, of_what);
  }
  PackStage pack{from, {}, std::move(batch), std::move(n), std::move(k), width};
  for (const auto& [known, buffer] : packs_) {
    if (known == pack) return buffer;
  }
  PackStage key = pack;
  BufferId to = scratch({ir::Element::real, {}}, of_what, Place::packed);
  // n is constant or a symbol: there is at most one panel more than n / width.
  SizeExpr n_size = elements_of(pack.n, dims());
  SizeExpr columns = n_size.is_constant() ? SizeExpr((n_size.constant() + width - 1) / width * width)
                                          : n_size + SizeExpr(width);
  plan_.buffers[to.index].elements = elements_of(pack.batch, dims()) * elements_of(pack.k, dims()) * columns;
  pack.to = {to};
  packs_.emplace_back(std::move(key), to);
  emit(std::move(pack), of_what, Apart::copies);
  return to;
}

}  // namespace rnnc::schedule
