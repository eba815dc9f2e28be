#include "compiler/passes/recompute.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "compiler/ir/rewrite.h"
#include "compiler/passes/cost.h"

namespace rnnc::passes {
namespace {

using ir::Function;
using ir::Instr;
using ir::InstrId;
using ir::Op;
using ir::ScanAttr;
using ir::ScanParts;
using ir::ValueId;

// How to make a value of a scan's body once more: from values of the function, by instructions of the body.
struct Recipe {
  InstrId scan;
  ValueId made;                     // in the body
  std::vector<ValueId> steps;       // results of the body's instructions, operands first
  std::map<ValueId, ValueId> each;  // of the body's values -> sequences of the function
  std::map<ValueId, ValueId> with;  // -> values that are the same at each step
  int64_t cost = 0;                 // lane ops, of all elements
};

class RecomputePlanner {
 public:
  RecomputePlanner(const Function& function, const ir::DimTable& dims)
      : function_(function), dims_(dims), uses_(function) {}

  // By the sequence that is to be made again.
  std::map<ValueId, Recipe> run() {
    for (uint32_t i = 0; i < function_.instrs().size(); ++i) {
      if (function_.instrs()[i].op == Op::scan) plan(InstrId{i});
    }
    return std::move(recipes_);
  }

 private:
  // The last values first: they are made of the earlier ones.
  void plan(InstrId id) {
    const ScanParts scan(function_[id]);
    for (size_t i = scan.attr.outs; i-- > 0;) {
      if (!is_for_scans_only(scan, scan.outs[i])) continue;
      Recipe recipe{id, scan.out(i), {}, {}, {}};
      if (!cook(scan, scan.out(i), recipe) || !is_worth(scan, i, recipe)) continue;
      for (const auto& [value, sequence] : recipe.each) needed_.insert(sequence);
      recipes_.emplace(scan.outs[i], std::move(recipe));
    }
  }

  bool is_for_scans_only(const ScanParts& scan, ValueId sequence) const {
    if (uses_.returned(sequence) || needed_.contains(sequence) || uses_.count(sequence) == 0) return false;
    const auto readers = uses_.readers(sequence);
    return std::all_of(readers.begin(), readers.end(), [&](InstrId reader) {
      const Instr& instr = function_[reader];
      if (instr.op != Op::scan || std::get<ScanAttr>(instr.attributes).time != scan.attr.time) return false;
      const ScanParts parts(instr);
      return std::find(parts.each.begin(), parts.each.end(), sequence) != parts.each.end();
    });
  }

  // Adds what it takes to make the value; false if lanes cannot.
  bool cook(const ScanParts& scan, ValueId value, Recipe& recipe) const {
    const int64_t limit = kLaneOpsPerSave * elements(scan.body.type(value), dims_);
    std::vector<ValueId> open = {value};
    while (!open.empty()) {
      ValueId next = open.back();
      const Instr* made = scan.body.producer(next);
      if (is_there(next, recipe) || (next != recipe.made && fetch(scan, next, recipe))) {
        open.pop_back();
        continue;
      }
      if (!made || !is_lane_op(*made)) return false;
      const size_t before = open.size();
      for (ValueId operand : made->operands) {
        if (!is_there(operand, recipe)) open.push_back(operand);
      }
      if (open.size() > before) continue;
      recipe.steps.push_back(next);
      recipe.cost += lane_ops(*made) * elements(scan.body.type(next), dims_);
      if (recipe.cost > limit) return false;
      open.pop_back();
    }
    return true;
  }

  static bool is_there(ValueId value, const Recipe& recipe) {
    return recipe.each.contains(value) || recipe.with.contains(value) ||
           std::find(recipe.steps.begin(), recipe.steps.end(), value) != recipe.steps.end();
  }

  // Reads the value where it is stored, if it is.
  bool fetch(const ScanParts& scan, ValueId value, Recipe& recipe) const {
    for (size_t i = 0; i < scan.attr.outs; ++i) {
      if (scan.out(i) != value || recipes_.contains(scan.outs[i]) || uses_.count(scan.outs[i]) == 0) continue;
      recipe.each[value] = scan.outs[i];
      return true;
    }
    const ir::Value& info = scan.body[value];
    if (info.producer.valid()) return false;
    if (info.index < scan.attr.each) {
      if (recipes_.contains(scan.each[info.index])) return false;
      recipe.each[value] = scan.each[info.index];
      return true;
    }
    if (info.index >= scan.attr.each + scan.attr.with) return false;
    recipe.with[value] = scan.with[info.index - scan.attr.each];
    return true;
  }

  bool is_worth(const ScanParts& scan, size_t out, const Recipe& recipe) const {
    const auto readers = uses_.readers(scan.outs[out]);
    return std::all_of(readers.begin(), readers.end(), [&](InstrId reader) {
      const ScanParts parts(function_[reader]);
      int64_t more = 0;
      for (const auto& [value, sequence] : recipe.each) {
        bool read = std::find(parts.each.begin(), parts.each.end(), sequence) != parts.each.end();
        if (!read) more += elements(scan.body.type(value), dims_);
      }
      return more <= elements(scan.body.type(scan.out(out)), dims_);
    });
  }

  const Function& function_;
  const ir::DimTable& dims_;
  const ir::Uses uses_;
  std::set<ValueId> needed_;  // by recipes
  std::map<ValueId, Recipe> recipes_;
};

// A scan that makes again what the recipes say.
class Reader {
 public:
  Reader(ir::Rewriter& outer, InstrId id, const std::map<ValueId, Recipe>& recipes)
      : outer_(outer),
        instr_(outer.from()[id]),
        scan_(instr_),
        recipes_(recipes),
        body_(scan_.body, outer.build().dims(), ir::Rewriter::Parameters::own) {}

  void write() {
    take_operands();
    for (size_t i = 0; i < scan_.each.size(); ++i) {
      auto found = recipes_.find(scan_.each[i]);
      if (found != recipes_.end()) body_.replace(scan_.each_params[i], cook(found->second));
    }
    for (uint32_t i = 0; i < scan_.body.instrs().size(); ++i) body_.copy(InstrId{i});
    ScanAttr attr = ir::like(scan_.attr);
    attr.outs = scan_.attr.outs;
    attr.body = std::make_shared<const Function>(body_.finish());
    std::vector<ValueId> first = outer_.mapped(scan_.first);
    outer_.build().at(instr_.span);
    std::vector<ValueId> made = outer_.build().scan(std::move(attr), each_, with_, first);
    for (size_t i = 0; i < made.size(); ++i) outer_.replace(instr_.results[i], made[i]);
  }

 private:
  // Those that are read, then what the recipes need, each, then with, then the carries.
  void take_operands() {
    for (size_t i = 0; i < scan_.each.size(); ++i) {
      if (recipes_.contains(scan_.each[i])) continue;
      take(scan_.each_params[i], scan_.each[i], each_);
    }
    for_recipes([&](const Recipe& recipe) { fetch(recipe, recipe.each, each_); });
    for (size_t i = 0; i < scan_.with.size(); ++i) take(scan_.with_params[i], scan_.with[i], with_);
    for_recipes([&](const Recipe& recipe) { fetch(recipe, recipe.with, with_); });
    for (ValueId carry : scan_.carry_params) body_.copy_parameter(carry);
  }

  template <class Do>
  void for_recipes(const Do& act) {
    for (ValueId sequence : scan_.each) {
      if (auto found = recipes_.find(sequence); found != recipes_.end()) act(found->second);
    }
  }

  void take(ValueId parameter, ValueId value, std::vector<ValueId>& operands) {
    body_.copy_parameter(parameter);
    parameters_.emplace(value, body_[parameter]);
    operands.push_back(outer_[value]);
  }

  void fetch(const Recipe& recipe, const std::map<ValueId, ValueId>& wanted, std::vector<ValueId>& operands) {
    const Function& from = body_of(recipe);
    for (const auto& [inner, value] : wanted) {
      if (parameters_.contains(value)) continue;
      parameters_[value] = body_.build().function().add_parameter(from.type(inner), from[inner].name);
      operands.push_back(outer_[value]);
    }
  }

  ValueId cook(const Recipe& recipe) {
    const Function& from = body_of(recipe);
    std::map<ValueId, ValueId> now;
    for (const auto* wanted : {&recipe.each, &recipe.with}) {
      for (const auto& [inner, value] : *wanted) now[inner] = parameters_.at(value);
    }
    for (ValueId step : recipe.steps) {
      const Instr& instr = *from.producer(step);
      std::vector<ValueId> operands;
      for (ValueId operand : instr.operands) operands.push_back(now.at(operand));
      body_.build().at(instr.span);
      now[step] = body_.build().append(instr.op, std::move(operands), instr.attributes, from.type(step))[0];
    }
    return now.at(recipe.made);
  }

  const Function& body_of(const Recipe& recipe) const {
    return *std::get<ScanAttr>(outer_.from()[recipe.scan].attributes).body;
  }

  ir::Rewriter& outer_;
  const Instr& instr_;
  const ScanParts scan_;
  const std::map<ValueId, Recipe>& recipes_;
  ir::Rewriter body_;
  std::vector<ValueId> each_, with_;
  std::map<ValueId, ValueId> parameters_;  // of the new body, by the function's value
};

}  // namespace

Function recompute(const Function& function, ir::DimTable& dims) {
  const std::map<ValueId, Recipe> recipes = RecomputePlanner(function, dims).run();
  ir::Rewriter copy(function, dims);
  for (uint32_t i = 0; i < function.instrs().size(); ++i) {
    const Instr& instr = function.instrs()[i];
    auto is_made_again = [&](ValueId operand) { return recipes.contains(operand); };
    bool reads =
        instr.op == Op::scan && std::any_of(instr.operands.begin(), instr.operands.end(), is_made_again);
    if (reads) {
      Reader(copy, InstrId{i}, recipes).write();
    } else {
      copy.copy(InstrId{i});
    }
  }
  return copy.finish();
}

}  // namespace rnnc::passes
