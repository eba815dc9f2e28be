#include "compiler/passes/lift.h"

#include "compiler/ir/rewrite.h"
#include "compiler/passes/lift_plan.h"

namespace rnnc::passes {
namespace {

using ir::Function;
using ir::Instr;
using ir::InstrId;
using ir::Op;
using ir::ScanAttr;
using ir::ScanParts;
using ir::ValueId;

// The loop that remains, as the plan says.
class LoopWriter {
 public:
  LoopWriter(ir::Rewriter& outer, const ScanParts& scan, const LiftPlan& plan, OverTime& over_time)
      : outer_(outer),
        scan_(scan),
        plan_(plan),
        over_time_(over_time),
        body_(scan.body, outer.build().dims(), ir::Rewriter::Parameters::own) {}

  // Returns the finals of the carries that stay; the outs are set in `over_time`.
  std::vector<ValueId> write() {
    take_parameters();
    copy_instrs();
    std::vector<ir::NamedResult> results;
    for (ValueId value : plan_.out) results.push_back({name_of(value), value});
    for (size_t carry : plan_.carries) results.push_back({scan_.carry_name(carry), scan_.next(carry)});
    ScanAttr attr = ir::like(scan_.attr);
    attr.outs = static_cast<uint32_t>(plan_.out.size());
    attr.body = std::make_shared<const Function>(body_.finish(results));
    std::vector<ValueId> made = outer_.build().scan(std::move(attr), each_, with_, first_);
    for (size_t i = 0; i < plan_.out.size(); ++i) over_time_.set(plan_.out[i], made[i]);
    return {made.begin() + static_cast<std::ptrdiff_t>(plan_.out.size()), made.end()};
  }

 private:
  void take_parameters() {
    for (bool invariant : {false, true}) {
      for (ValueId value : plan_.in) {
        if (over_time_.invariant(value) != invariant) continue;
        body_.copy_parameter(value);
        (invariant ? with_ : each_).push_back(over_time_.value(value));
      }
    }
    for (size_t carry : plan_.carries) {
      body_.copy_parameter(scan_.carry_params[carry]);
      first_.push_back(outer_[scan_.first[carry]]);
    }
  }

  void copy_instrs() {
    for (uint32_t i = 0; i < scan_.body.instrs().size(); ++i) {
      const Instr& instr = scan_.body.instrs()[i];
      bool inside = false;
      for (ValueId result : instr.results) inside = inside || plan_.inside[result.index];
      if (inside) body_.copy(InstrId{i});
    }
  }

  std::string name_of(ValueId value) const {
    for (size_t i = 0; i < scan_.attr.outs; ++i) {
      if (scan_.out(i) == value) return scan_.out_name(i);
    }
    return scan_.body[value].name;
  }

  ir::Rewriter& outer_;
  const ScanParts& scan_;
  const LiftPlan& plan_;
  OverTime& over_time_;
  ir::Rewriter body_;
  std::vector<ValueId> each_, with_, first_;
};

class Lifter {
 public:
  Lifter(ir::Rewriter& outer, const ir::Uses& uses, const Instr& scan)
      : outer_(outer),
        instr_(scan),
        scan_(scan),
        recurrence_(find_recurrence(scan_.body, carries_of(scan_))),
        over_time_(outer, scan_, recurrence_),
        used_(scan.results.size()) {
    for (size_t i = 0; i < used_.size(); ++i) used_[i] = uses.count(scan.results[i]) > 0;
  }

  void run() {
    const LiftPlan plan = plan_lift(scan_, outer_.build().dims(), recurrence_, over_time_, used_);
    outer_.build().at(instr_.span);
    std::vector<ValueId> finals(scan_.attr.carries);
    if (!plan.out.empty() || !plan.carries.empty()) {
      std::vector<ValueId> kept = LoopWriter(outer_, scan_, plan, over_time_).write();
      for (size_t i = 0; i < kept.size(); ++i) finals[plan.carries[i]] = kept[i];
    }
    for (const Accumulator& sum : plan.sums) finals[sum.carry] = total(sum);
    give_results(finals);
  }

 private:
  ValueId total(const Accumulator& sum) {
    ir::Builder& build = outer_.build();
    ValueId total = outer_[scan_.first[sum.carry]];
    bool empty = is_zero(total);
    for (const Accumulator::Term& term : sum.terms) {
      ValueId value = write_sum(over_time_, build, scan_, term.value);
      if (empty && term.negative) {
        total = build.unary(Op::neg, value);
      } else {
        total = empty ? value : build.binary(term.negative ? Op::sub : Op::add, total, value);
      }
      empty = false;
    }
    return total;
  }

  bool is_zero(ValueId value) const {
    const Instr* made = outer_.made().producer(value);
    return made && made->op == Op::constant &&
           std::get<ir::ConstAttr>(made->attributes).values == std::vector{0.0};
  }

  void give_results(const std::vector<ValueId>& finals) {
    for (size_t i = 0; i < scan_.attr.outs; ++i) {
      if (used_[i]) outer_.replace(scan_.outs[i], over_time_.sequence(scan_.out(i)));
    }
    for (size_t i = 0; i < scan_.attr.carries; ++i) {
      if (!used_[scan_.attr.outs + i]) continue;
      ValueId final = finals[i];
      if (!final.valid()) final = over_time_.last(over_time_.sequence(scan_.next(i)), outer_[scan_.first[i]]);
      outer_.replace(scan_.finals[i], final);
    }
  }

  ir::Rewriter& outer_;
  const Instr& instr_;
  const ScanParts scan_;
  const Recurrence recurrence_;
  OverTime over_time_;
  std::vector<bool> used_;
};

}  // namespace

Function lift(const Function& function, ir::DimTable& dims) {
  const ir::Uses uses(function);
  ir::Rewriter copy(function, dims);
  copy_border(copy);
  for (uint32_t i = 0; i < function.instrs().size(); ++i) {
    const Instr& instr = function.instrs()[i];
    if (instr.op == Op::scan) {
      Lifter(copy, uses, instr).run();
    } else if (!is_border(instr)) {
      copy.copy(InstrId{i});
    }
  }
  return copy.finish();
}

}  // namespace rnnc::passes
