#include "compiler/passes/affine.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "compiler/ir/rewrite.h"
#include "compiler/passes/cost.h"
#include "compiler/passes/fold.h"
#include "compiler/passes/over_time.h"
#include "compiler/passes/recurrence.h"
#include "compiler/passes/simplifier.h"

namespace rnnc::passes {
namespace {

using ir::Function;
using ir::Instr;
using ir::Op;
using ir::ScanParts;
using ir::Semiring;
using ir::ValueId;

// a ⊗ s ⊕ b, as sequences of the outer function; a part that is missing is the zero of the semiring.
struct Form {
  ValueId a, b;
};

// Whether the instruction is affine in the state if its operands are, as the flags say.
bool keeps_affine(Semiring ring, Op op, const std::vector<bool>& affine) {
  if (ring == Semiring::max_plus) {
    // At a tie the first operand takes the gradient, in a prefix the carried one: these have to agree.
    if (op == Op::max) return affine[0] && !affine[1];
    return (op == Op::add && affine[0] != affine[1]) || (op == Op::sub && !affine[1]);
  }
  if (op == Op::add || op == Op::sub || op == Op::neg) return true;
  if (op == Op::mul) return affine[0] != affine[1];
  if (op == Op::div) return !affine[1];
  return op == Op::select && !affine[0];
}

class Solver {
 public:
  Solver(ir::Rewriter& outer, const ir::Uses& uses, const Instr& instr)
      : outer_(outer),
        build_(outer.build()),
        simple_(outer.build().dims(), outer.build()),
        instr_(instr),
        scan_(instr),
        recurrence_(find_recurrence(scan_.body, carries_of(scan_))),
        over_time_(outer, scan_, recurrence_),
        used_(instr.results.size()) {
    for (size_t i = 0; i < used_.size(); ++i) used_[i] = uses.count(instr.results[i]) > 0;
  }

  // False if the scan is to stay as it is.
  bool run() {
    if (!find_state() || !can_leave() || !worth_storing()) return false;
    if (is_affine(Semiring::plus_times) && begins_finite()) {
      ring_ = Semiring::plus_times;
    } else if (is_affine(Semiring::max_plus)) {
      ring_ = Semiring::max_plus;
    } else {
      return false;
    }
    build_.at(instr_.span);
    over_time_.set(scan_.next(state_), solve());
    give_results();
    return true;
  }

 private:
  bool in_group(ValueId value) const { return recurrence_.recurrent(value); }
  bool find_state();
  bool can_leave() const;
  bool worth_storing() const;
  bool begins_finite() const;
  bool is_affine(Semiring ring) const;

  ValueId solve();
  Form form_of(const Instr& instr);
  Form operand(ValueId value);
  Form on_both(Op op, const Form& form, ValueId free);
  Form chosen(const Instr& instr);
  Form sum(const Form& x, const Form& y);
  Form negated(const Form& form);
  ValueId part(Op op, ValueId a, ValueId b) { return simple_.make(op, {a, b}, {}, build_.type(a)); }
  ValueId or_zero(ValueId value);
  void give_results();

  ir::Rewriter& outer_;
  ir::Builder& build_;
  Simplifier simple_;
  const Instr& instr_;
  const ScanParts scan_;
  const Recurrence recurrence_;
  OverTime over_time_;
  std::vector<bool> used_;
  size_t state_ = 0;  // which carry
  Semiring ring_ = Semiring::plus_times;
  std::vector<Form> forms_;
};

// The only carry on a cycle.
bool Solver::find_state() {
  if (recurrence_.groups != 1) return false;
  std::vector<size_t> found;
  for (size_t i = 0; i < scan_.attr.carries; ++i) {
    if (in_group(scan_.carry_params[i])) found.push_back(i);
  }
  if (found.size() != 1) return false;
  state_ = found[0];
  ValueId before = scan_.carry_params[state_];
  return scan_.body.type(before).element == ir::Element::real && scan_.next(state_) != before;
}

// Everything that is needed can be written over all steps.
bool Solver::can_leave() const {
  std::vector<bool> seen(scan_.body.values().size(), false);
  std::vector<ValueId> open = {scan_.next(state_)};
  for (size_t i = 0; i < used_.size(); ++i) {
    if (used_[i]) open.push_back(scan_.body.results()[i].value);
  }
  const size_t begin_carries = scan_.attr.each + scan_.attr.with;
  while (!open.empty()) {
    ValueId value = open.back();
    open.pop_back();
    if (seen[value.index]) continue;
    seen[value.index] = true;
    const Instr* made = scan_.body.producer(value);
    const uint32_t index = scan_.body[value].index;
    if (made && (over_time_.invariant(value) || over_time_.can_write(*made))) {
      open.insert(open.end(), made->operands.begin(), made->operands.end());
    } else if (made || (index >= begin_carries && !can_be_sequence(scan_.body.type(value), build_.dims()))) {
      return false;
    } else if (index >= begin_carries) {
      open.push_back(scan_.next(index - begin_carries));
    }
  }
  return true;
}

bool Solver::worth_storing() const {
  int64_t yielded = 0;
  for (size_t i = 0; i < scan_.attr.outs; ++i) {
    if (used_[i]) yielded += elements(scan_.body.type(scan_.out(i)), build_.dims());
  }
  return elements(scan_.body.type(scan_.next(state_)), build_.dims()) <= yielded;
}

bool Solver::begins_finite() const {
  std::optional<double> first = uniform(outer_.made(), outer_[scan_.first[state_]]);
  return !first || std::isfinite(*first);
}

bool Solver::is_affine(Semiring ring) const {
  return std::all_of(scan_.body.instrs().begin(), scan_.body.instrs().end(), [&](const Instr& instr) {
    if (instr.results.empty() || !in_group(instr.results[0])) return true;
    std::vector<bool> affine;
    for (ValueId operand : instr.operands) affine.push_back(in_group(operand));
    return keeps_affine(ring, instr.op, affine);
  });
}

ValueId Solver::or_zero(ValueId value) {
  if (value.valid()) return value;
  const double zero = ring_ == Semiring::plus_times ? 0 : -std::numeric_limits<double>::infinity();
  return build_.constant(zero, over_time_.sequence_type(scan_.next(state_)));
}

ValueId Solver::solve() {
  const double one = ring_ == Semiring::plus_times ? 1 : 0;
  forms_.resize(scan_.body.values().size());
  ValueId before = scan_.carry_params[state_], next = scan_.next(state_);
  forms_[before.index].a = build_.constant(one, over_time_.sequence_type(before));
  for (const Instr& instr : scan_.body.instrs()) {
    if (instr.results.empty() || !in_group(instr.results[0])) continue;
    build_.at(instr.span);
    forms_[instr.results[0].index] = form_of(instr);
  }
  const Form form = forms_[next.index];
  ir::PrefixAttr how{ir::PrefixKind::affine, ring_, scan_.attr.time, scan_.attr.direction};
  std::vector<ValueId> operands = {form.a, or_zero(form.b), outer_[scan_.first[state_]]};
  if (is_uniform(build_.function(), form.a, one)) {
    how.kind = ring_ == Semiring::plus_times ? ir::PrefixKind::sum : ir::PrefixKind::max;
    how.semiring = Semiring::plus_times;
    operands.erase(operands.begin());
  }
  ValueId states = build_.prefix(how, operands);
  if (const std::string& name = scan_.body[next].name; !name.empty())
    build_.function().set_name(states, name);
  return states;
}

Form Solver::operand(ValueId value) {
  return in_group(value) ? forms_[value.index] : Form{{}, over_time_.sequence(value)};
}

Form Solver::sum(const Form& x, const Form& y) {
  const Op plus = ring_ == Semiring::plus_times ? Op::add : Op::max;
  auto either = [&](ValueId p, ValueId q) {
    if (!p.valid()) return q;
    return q.valid() ? part(plus, p, q) : p;
  };
  return {either(x.a, y.a), either(x.b, y.b)};
}

Form Solver::negated(const Form& form) {
  auto neg = [&](ValueId p) { return p.valid() ? simple_.make(Op::neg, {p}, {}, build_.type(p)) : p; };
  return {neg(form.a), neg(form.b)};
}

Form Solver::on_both(Op op, const Form& form, ValueId free) {
  auto apply = [&](ValueId p) { return p.valid() ? part(op, p, free) : p; };
  return {apply(form.a), apply(form.b)};
}

Form Solver::chosen(const Instr& instr) {
  ValueId condition = over_time_.sequence(instr.operands[0]);
  const Form yes = operand(instr.operands[1]), no = operand(instr.operands[2]);
  auto choose = [&](ValueId p, ValueId q) {
    if (!p.valid() && !q.valid()) return p;
    p = or_zero(p), q = or_zero(q);
    return simple_.make(Op::select, {condition, p, q}, {}, build_.type(p));
  };
  return {choose(yes.a, no.a), choose(yes.b, no.b)};
}

Form Solver::form_of(const Instr& instr) {
  if (instr.op == Op::select) return chosen(instr);
  if (instr.op == Op::neg) return negated(operand(instr.operands[0]));
  const Form x = operand(instr.operands[0]), y = operand(instr.operands[1]);
  const bool shifts = ring_ == Semiring::max_plus && instr.op != Op::max;
  if (instr.op == Op::mul || instr.op == Op::div || shifts) {
    return in_group(instr.operands[0]) ? on_both(instr.op, x, y.b) : on_both(instr.op, y, x.b);
  }
  return sum(x, instr.op == Op::sub ? negated(y) : y);
}

void Solver::give_results() {
  for (size_t i = 0; i < scan_.attr.outs; ++i) {
    if (used_[i]) outer_.replace(scan_.outs[i], over_time_.sequence(scan_.out(i)));
  }
  for (size_t i = 0; i < scan_.attr.carries; ++i) {
    if (!used_[scan_.attr.outs + i]) continue;
    outer_.replace(scan_.finals[i],
                   over_time_.last(over_time_.sequence(scan_.next(i)), outer_[scan_.first[i]]));
  }
}

}  // namespace

Function affine(const Function& function, ir::DimTable& dims) {
  const ir::Uses uses(function);
  ir::Rewriter copy(function, dims);
  copy_border(copy);
  for (uint32_t i = 0; i < function.instrs().size(); ++i) {
    const Instr& instr = function.instrs()[i];
    if (is_border(instr) || (instr.op == Op::scan && Solver(copy, uses, instr).run())) continue;
    copy.copy(ir::InstrId{i});
  }
  return copy.finish();
}

}  // namespace rnnc::passes
