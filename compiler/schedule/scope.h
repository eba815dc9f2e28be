// The planning of one function, or of the body of one scan: where each value is, and the stages so far.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/schedule/choices.h"
#include "compiler/schedule/lane_graph.h"
#include "compiler/schedule/plan.h"

namespace rnnc::schedule {

// A product whose operands are ready (products.cpp); `c` is the value that it makes.
struct Product {
  ir::ValueId c;
  Access a;
  BufferId packed;
  std::vector<ir::DimId> batch, m, n, k;
  Tile tile;
};

// Of the products of a scope that wait for whoever reads them.
struct Waiting {
  size_t product;
};

// A cheap function of values that can be read, made anew by whoever reads it.
struct Remade {
  ir::InstrId instr;
};

// Where a value can be read. Numbers and indices are made where they are needed.
struct Held {
  std::variant<std::monostate, Access, Number, Index, Waiting, Remade> from = {};
  // Whether all is 0 past the ends of sequences. A broadcast is another access to the same elements and
  // repeats them there too, which only an element-wise stage overlooks.
  bool clean = true;
  bool known() const { return from.index() != 0; }
};

// Where values have to go.
using Homes = std::vector<std::pair<ir::ValueId, std::vector<Access>>>;

// Element-wise instructions that become one stage.
struct LaneGroup {
  std::vector<ir::DimId> over;
  std::vector<ir::InstrId> members;
  std::set<ir::ValueId> made;  // by them
  Homes homes;
  std::set<ir::ValueId> stored;  // those of `homes`
  std::vector<ir::InstrId> remade;
};

class Scope {
 public:
  // `loop`: whose step the function is; invalid for the whole function, which has no `outer` either.
  Scope(Plan& plan, const ir::Function& function, const Choices& choices, LoopId loop, Scope* outer);

  // Before run(): what a parameter is, and where elements of a result have to go.
  void bind(ir::ValueId value, Held held) { held_[value.index] = std::move(held); }
  void want(ir::ValueId value, const Access& to) { wanted_[value.index].push_back(to); }
  // A buffer of the scope around that this one writes in each step.
  void own(BufferId buffer) { own_.insert(buffer); }
  // Makes stages of all instructions that a wanted value needs, and of no others.
  void run();

  std::vector<Node>& nodes() { return nodes_; }
  Plan& plan() { return plan_; }
  const Plan& plan() const { return plan_; }
  const ir::Function& function() const { return function_; }
  const ir::DimTable& dims() const { return plan_.dims; }
  const ir::Type& type(ir::ValueId value) const { return function_.type(value); }
  std::string name(ir::ValueId value) const;
  LoopId loop() const { return loop_; }
  // A product that waits is made first, by itself.
  const Held& held(ir::ValueId value);
  bool is_wanted(ir::ValueId value) const { return !wanted_[value.index].empty(); }
  std::vector<Access> take_wanted(ir::ValueId value) { return std::exchange(wanted_[value.index], {}); }
  const Choices& choices() const { return choices_; }
  bool is_needed(ir::ValueId value) const { return needed_[value.index]; }
  // The instructions that read the value and are needed themselves, once for each time.
  const std::vector<ir::InstrId>& readers(ir::ValueId value) const { return readers_[value.index]; }

  BufferId scratch(const ir::Type& type, std::string name, Place place = Place::scratch);
  // New memory in the order of the type, or the first of the places where the value has to go.
  Access home(ir::ValueId value);
  StageId emit(StageKind kind, std::string name, Apart apart = Apart::own_loops, std::string on = {});
  // The value is at `home` now: clears what is past the ends there and in the other places where it has to
  // go.
  void finish(ir::ValueId value, const Access& home);
  void clear_past_ends(const ir::Type& type, const Access& to, const std::string& name);
  void fill_zero(const ir::Type& type, const Access& to, const std::string& name);

  // In memory, whatever is past the ends.
  Access in_memory(ir::ValueId value);
  // In memory, 0 past the ends. `rows`: 0 also for sequences that do not run the step (what sums over the
  // batch).
  Access settled(ir::ValueId value, bool rows = false);
  // A copy with the dims in this order.
  Access copied(const Held& from, const ir::Type& type, bool rows, const std::string& name);
  // Loads a value into a graph; `load_settled` 0 where `settled` would have it so.
  LaneGraph::Token load(LaneGraph& graph, const Held& held, ir::Element element);
  LaneGraph::Token load_settled(LaneGraph& graph, ir::ValueId value, bool rows);
  // What is true inside of all sequences (`times`), and of those that run the step (`rows`).
  std::vector<LaneGraph::Token> conditions(LaneGraph& graph, const ir::Type& type, bool times, bool rows);

  // Which sequences run the step of this loop: bool[B]; invalid if all do.
  BufferId active();
  // Whether the elements differ from step to step of this scope's loop.
  bool changes(const Access& access) const;
  // To be made with the element-wise graph that reads it, or else when something needs it in memory.
  void postpone(Product product);
  // The product that the value is, if it waits.
  const Product* waiting(ir::ValueId value) const;
  // The operand of products in panels, made as far out as it does not change.
  BufferId packed(const Access& from, std::vector<ir::DimId> batch, std::vector<ir::DimId> n,
                  std::vector<ir::DimId> k, int width, const std::string& name);
  bool sums_rows(const std::vector<ir::DimId>& over) const;
  bool has_ends(const ir::Type& type) const;

 private:
  std::vector<ir::InstrId> needed_instructions();
  bool place_without_stage(const ir::Instr& instr);
  void place_broadcast(const ir::Instr& instr);
  bool place_others(std::vector<ir::InstrId>& pending, bool with_waiting);
  LaneGroup next_group(std::vector<ir::InstrId>& pending);
  void house(LaneGroup& group);
  struct Ingredients;
  bool is_cheap(const LaneGroup& group, const ir::Instr& instr, Ingredients& all) const;
  bool is_remade(const LaneGroup& group, const ir::Instr& instr) const;
  bool place_lanes(std::vector<ir::InstrId>& pending);
  void place_group(LaneGroup& group);
  void place_copies();
  bool operands_known(const ir::Instr& instr) const;
  void place_leaf(const ir::Instr& instr);
  void admit(ir::ValueId value, BufferId input);
  std::string waits_on(const Lanes& lanes) const;

  Plan& plan_;
  const ir::Function& function_;
  const Choices& choices_;
  LoopId loop_;
  Scope* outer_;
  std::vector<Node> nodes_;
  std::vector<Held> held_;
  std::vector<std::vector<Access>> wanted_;
  std::vector<bool> needed_;
  std::vector<std::vector<ir::InstrId>> readers_;
  std::vector<Product> products_;  // that wait or have waited
  std::set<BufferId> own_;         // buffers whose contents are made in a step of this loop
  std::vector<std::pair<PackStage, BufferId>> packs_;
  std::map<BufferId, StageId> maker_;
};

// The instructions that are no element-wise graphs, one function each; in files by family.
void plan_contract(Scope& scope, const ir::Instr& instr);  // products.cpp
void emit_product(Scope& scope, const Product& product);
void plan_reduce(Scope& scope, const ir::Instr& instr);  // folds.cpp
void plan_dot(Scope& scope, const ir::Instr& instr);
void plan_view(Scope& scope, const ir::Instr& instr);  // moves.cpp
void plan_concat(Scope& scope, const ir::Instr& instr);
void plan_pad(Scope& scope, const ir::Instr& instr);
void plan_gather(Scope& scope, const ir::Instr& instr);
void plan_scatter(Scope& scope, const ir::Instr& instr);
void plan_shift(Scope& scope, const ir::Instr& instr);
void plan_flip(Scope& scope, const ir::Instr& instr);
void plan_prefix(Scope& scope, const ir::Instr& instr);
void plan_scan(Scope& scope, const ir::Instr& instr);  // loops.cpp

// Whether the instruction is a scalar function of its operands' elements.
bool is_lane(const ir::Instr& instr);

}  // namespace rnnc::schedule
