#include "compiler/passes/lift_plan.h"

#include <algorithm>

#include "compiler/passes/cost.h"
#include "compiler/passes/cut.h"

namespace rnnc::passes {
namespace {

using ir::Function;
using ir::Instr;
using ir::Op;
using ir::ValueId;

constexpr size_t kNoCarry = SIZE_MAX;
constexpr int64_t kNever = int64_t{1} << 60;

enum class Place : uint8_t {
  before,  // needs no value of the loop: invariant, or computed for all steps at once
  loop,    // on a cycle through time, or read by what is, or not to be written over time
  after,   // needs values of the loop, and the loop does not need it
};

bool sums_sequences(const Instr& instr, const ir::DimTable& dims) {
  const auto* reduce = std::get_if<ir::ReduceAttr>(&instr.attributes);
  return reduce && std::any_of(reduce->over.begin(), reduce->over.end(),
                               [&](ir::DimId dim) { return dims[dim].kind == ir::DimKind::batch; });
}

class LiftPlanner {
 public:
  LiftPlanner(const ir::ScanParts& scan, const ir::DimTable& dims, const Recurrence& recurrence,
              const OverTime& over_time, const std::vector<bool>& used)
      : scan_(scan),
        body_(scan.body),
        dims_(dims),
        recurrence_(recurrence),
        over_time_(over_time),
        used_(used),
        place_(body_.values().size(), Place::before),
        wanted_(body_.values().size(), false),
        carry_of_(body_.values().size(), kNoCarry) {
    for (size_t i = 0; i < scan.attr.carries; ++i) carry_of_[scan.carry_params[i].index] = i;
  }

  LiftPlan run() {
    find_wanted();
    for (ValueId value : recurrence_.order) place_[value.index] = place_of(value);
    find_sums();
    find_live();
    claim_for_loop();
    cut_after();
    find_inside();
    cut_before();
    return std::move(plan_);
  }

 private:
  void find_wanted();
  Place place_of(ValueId value) const;
  Place place_of_carry(ValueId value) const;
  void find_sums();
  bool is_worth(const Accumulator& accumulator, const std::vector<bool>& stored) const;
  int64_t newly_stored(const std::vector<bool>& stored, ValueId term) const;
  std::vector<bool> find_stored() const;
  void find_live();
  void claim_for_loop();
  void cut_after();
  void find_inside();
  void need_inside(ValueId value, std::vector<ValueId>& open);
  void keep_carry(size_t carry, std::vector<ValueId>& open);
  void cut_before();
  void sort_in();

  bool can_cross(ValueId value) const { return can_be_sequence(body_.type(value), dims_); }
  bool is_used_out(ValueId value) const {
    for (size_t i = 0; i < scan_.attr.outs; ++i) {
      if (used_[i] && scan_.out(i) == value) return true;
    }
    return false;
  }
  // A carry on a cycle that the outside can have as a delay of its next values. (Carries that only hand each
  // other on have no other source than themselves.)
  bool is_delay(ValueId value) const {
    const size_t carry = carry_of_[value.index];
    return carry != kNoCarry && recurrence_.recurrent(value) && can_cross(value) &&
           body_.producer(scan_.next(carry));
  }
  // A cycle is not made again outside: next values of delays come from the loop.
  bool is_next_of_delay(ValueId value) const {
    for (size_t i = 0; i < scan_.attr.carries; ++i) {
      if (scan_.next(i) == value && is_delay(scan_.carry_params[i])) return true;
    }
    return false;
  }
  bool free_leaf(ValueId value) const {
    const Instr* made = body_.producer(value);
    return made && (made->op == Op::constant || made->op == Op::iota);
  }
  // Removed from the loop: a delay outside, or a sum.
  bool leaves(size_t carry) const {
    return summed_[carry] || place_[scan_.carry_params[carry].index] == Place::before ||
           (made_after_[scan_.carry_params[carry].index] &&
            !recurrence_.recurrent(scan_.carry_params[carry]));
  }

  const ir::ScanParts& scan_;
  const Function& body_;
  const ir::DimTable& dims_;
  const Recurrence& recurrence_;
  const OverTime& over_time_;
  const std::vector<bool>& used_;

  std::vector<Place> place_;
  std::vector<bool> wanted_;  // outside
  std::vector<bool> live_;    // needed at all, once sums have left
  std::vector<size_t> carry_of_;
  std::vector<bool> summed_;       // by carry
  std::vector<bool> made_after_;   // not (only) in the loop
  std::vector<bool> from_before_;  // values that need no loop, and that the loop reads
  LiftPlan plan_;
};

void LiftPlanner::find_wanted() {
  for (size_t i = 0; i < scan_.attr.outs; ++i) {
    if (used_[i]) wanted_[scan_.out(i).index] = true;
  }
}

Place LiftPlanner::place_of_carry(ValueId value) const {
  ValueId next = scan_.next(carry_of_[value.index]);
  if (!can_cross(value)) return Place::loop;
  if (place_[next.index] == Place::before) return Place::before;
  // A delay leaves where it costs nothing: what it delays is an out.
  return place_[next.index] == Place::after && wanted_[next.index] ? Place::after : Place::loop;
}

Place LiftPlanner::place_of(ValueId value) const {
  if (recurrence_.recurrent(value)) return Place::loop;
  const Instr* made = body_.producer(value);
  if (!made) return carry_of_[value.index] == kNoCarry ? Place::before : place_of_carry(value);
  if (over_time_.invariant(value)) return Place::before;
  if (!over_time_.can_write(*made)) return Place::loop;
  bool needs_loop = std::any_of(made->operands.begin(), made->operands.end(),
                                [&](ValueId operand) { return place_[operand.index] != Place::before; });
  return needs_loop ? Place::after : Place::before;
}

// Values that are sequences whatever is decided, or that lanes can compute again from such.
std::vector<bool> LiftPlanner::find_stored() const {
  std::vector<bool> stored(body_.values().size(), false);
  for (ValueId value : recurrence_.order) {
    const Instr* made = body_.producer(value);
    size_t carry = carry_of_[value.index];
    bool is = place_[value.index] == Place::before || wanted_[value.index];
    if (carry != kNoCarry) is = is || (can_cross(value) && wanted_[scan_.next(carry).index]);
    if (made && is_lane_op(*made) && over_time_.can_write(*made)) {
      is = is || std::all_of(made->operands.begin(), made->operands.end(),
                             [&](ValueId operand) { return stored[operand.index]; });
    }
    stored[value.index] = is;
  }
  return stored;
}

// Elements a step that summing the term outside would add to what is stored; kNever if it cannot be.
int64_t LiftPlanner::newly_stored(const std::vector<bool>& stored, ValueId term) const {
  if (over_time_.invariant(term)) return kNever;
  int64_t total = 0;
  for (ValueId needed : needed_by_sum(body_, term)) {
    if (stored[needed.index]) continue;
    if (!can_cross(needed)) return kNever;
    total += elements(body_.type(needed), dims_);
  }
  return total;
}

// A product saves reading and writing the accumulator at each step; it may store as many elements as that
// has. So may a sum over sequences, since what is left in the loop then has each of them by itself. A plain
// sum saves less and may store none.
bool LiftPlanner::is_worth(const Accumulator& accumulator, const std::vector<bool>& stored) const {
  return std::all_of(accumulator.terms.begin(), accumulator.terms.end(), [&](const Accumulator::Term& term) {
    const Instr* made = body_.producer(term.value);
    bool product = made && made->op == Op::contract && !is_lane_op(*made);
    bool has_all = product || (made && sums_sequences(*made, dims_));
    return newly_stored(stored, term.value) <= (has_all ? elements(body_.type(term.value), dims_) : 0);
  });
}

void LiftPlanner::find_sums() {
  summed_.assign(scan_.attr.carries, false);
  const std::vector<Accumulator> found = find_accumulators(scan_, ir::Uses(body_));
  // What one sum stores another may read: again, until none is added.
  for (bool added = !found.empty(); added;) {
    added = false;
    const std::vector<bool> stored = find_stored();
    for (const Accumulator& accumulator : found) {
      if (summed_[accumulator.carry] || !is_worth(accumulator, stored)) continue;
      summed_[accumulator.carry] = added = true;
      for (const Accumulator::Term& term : accumulator.terms) {
        for (ValueId needed : needed_by_sum(body_, term.value)) wanted_[needed.index] = true;
      }
      plan_.sums.push_back(accumulator);
    }
  }
}

void LiftPlanner::find_live() {
  live_ = wanted_;
  for (size_t i = 0; i < scan_.attr.carries; ++i) {
    if (used_[scan_.attr.outs + i] && !summed_[i]) live_[scan_.next(i).index] = true;
  }
  std::vector<ValueId> open;
  for (ValueId value : recurrence_.order) {
    if (live_[value.index]) open.push_back(value);
  }
  auto need = [&](ValueId value) {
    if (!live_[value.index]) open.push_back(value);
    live_[value.index] = true;
  };
  while (!open.empty()) {
    ValueId value = open.back();
    open.pop_back();
    if (const Instr* made = body_.producer(value)) {
      std::for_each(made->operands.begin(), made->operands.end(), need);
    } else if (size_t carry = carry_of_[value.index]; carry != kNoCarry) {
      need(scan_.next(carry));
    }
  }
}

// What the loop reads is of the loop.
void LiftPlanner::claim_for_loop() {
  auto claim = [&](ValueId read) {
    if (place_[read.index] == Place::after) place_[read.index] = Place::loop;
  };
  for (size_t i = recurrence_.order.size(); i-- > 0;) {
    ValueId value = recurrence_.order[i];
    if (!live_[value.index] || place_[value.index] != Place::loop) continue;
    if (const Instr* made = body_.producer(value)) {
      std::for_each(made->operands.begin(), made->operands.end(), claim);
    } else if (size_t carry = carry_of_[value.index]; carry != kNoCarry) {
      claim(scan_.next(carry));
    }
  }
  // The last value of a delay that leaves is read from the sequence of what it delays.
  for (size_t i = 0; i < scan_.attr.carries; ++i) {
    ValueId before = scan_.carry_params[i];
    bool delay = !recurrence_.recurrent(before) && place_[before.index] != Place::loop;
    if (delay && used_[scan_.attr.outs + i]) wanted_[scan_.next(i).index] = true;
  }
}

void LiftPlanner::cut_after() {
  Cut cut;
  std::vector<Cut::Node> node(body_.values().size());
  std::vector<ValueId> values;
  for (ValueId value : recurrence_.order) {
    if (place_[value.index] == Place::before || !live_[value.index]) continue;
    const Instr* made = body_.producer(value);
    const int64_t size = elements(body_.type(value), dims_);
    const bool in_loop = place_[value.index] == Place::loop, delay = is_delay(value);
    const bool again = delay || (made && is_lane_op(*made) && over_time_.can_write(*made));
    const int64_t made_again = !in_loop || !again ? 0 : delay ? size : size * lane_ops(*made);
    node[value.index] = cut.add(can_cross(value) ? size * kLaneOpsPerSave : kNever, made_again);
    values.push_back(value);
    const bool stays = !again || (made && is_used_out(value)) || is_next_of_delay(value);
    if (in_loop && stays) cut.pin_before(node[value.index]);
    if (!in_loop && made && !is_lane_op(*made) &&
        std::any_of(made->operands.begin(), made->operands.end(),
                    [&](ValueId operand) { return over_time_.invariant(operand); })) {
      cut.pin_after(node[value.index]);  // a product with weights: all steps at once
    }
    if (wanted_[value.index]) cut.read_after(node[value.index]);
  }
  for (ValueId value : values) {
    auto reads = [&](ValueId read) {
      if (place_[read.index] == Place::before) return;
      cut.reads(node[value.index], node[read.index], place_[read.index] == Place::loop);
    };
    if (const Instr* made = body_.producer(value)) {
      std::for_each(made->operands.begin(), made->operands.end(), reads);
    } else if (is_delay(value) || !recurrence_.recurrent(value)) {
      reads(scan_.next(carry_of_[value.index]));
    }
  }
  std::vector<bool> before = cut.solve(Cut::Ties::early);
  made_after_.assign(body_.values().size(), false);
  std::vector<bool> read_outside = wanted_;
  for (ValueId value : values) {
    if (before[node[value.index]]) continue;
    made_after_[value.index] = true;
    if (const Instr* made = body_.producer(value)) {
      for (ValueId operand : made->operands) read_outside[operand.index] = true;
    } else {
      read_outside[scan_.next(carry_of_[value.index]).index] = true;
    }
  }
  for (ValueId value : values) {
    if (before[node[value.index]] && read_outside[value.index]) plan_.out.push_back(value);
  }
}

void LiftPlanner::keep_carry(size_t carry, std::vector<ValueId>& open) {
  if (std::find(plan_.carries.begin(), plan_.carries.end(), carry) != plan_.carries.end()) return;
  plan_.carries.push_back(carry);
  need_inside(scan_.next(carry), open);
}

void LiftPlanner::need_inside(ValueId value, std::vector<ValueId>& open) {
  if (place_[value.index] == Place::before) {
    from_before_[value.index] = true;
  } else if (!plan_.inside[value.index]) {
    plan_.inside[value.index] = true;
    open.push_back(value);
  }
}

void LiftPlanner::find_inside() {
  plan_.inside.assign(body_.values().size(), false);
  from_before_.assign(body_.values().size(), false);
  std::vector<ValueId> open;
  for (ValueId value : plan_.out) need_inside(value, open);
  for (size_t i = 0; i < scan_.attr.carries; ++i) {
    if (used_[scan_.attr.outs + i] && !leaves(i)) keep_carry(i, open);
  }
  while (!open.empty()) {
    ValueId value = open.back();
    open.pop_back();
    if (const Instr* made = body_.producer(value)) {
      for (ValueId operand : made->operands) need_inside(operand, open);
    } else {
      keep_carry(carry_of_[value.index], open);
    }
  }
  std::sort(plan_.carries.begin(), plan_.carries.end());
}

void LiftPlanner::cut_before() {
  Cut cut;
  std::vector<Cut::Node> node(body_.values().size());
  std::vector<ValueId> values;
  for (ValueId value : recurrence_.order) {
    if (place_[value.index] != Place::before || !live_[value.index] || free_leaf(value)) continue;
    const Instr* made = body_.producer(value);
    const ir::Type& type = body_.type(value);
    int64_t weight =
        over_time_.invariant(value) ? weight_of_invariant(type, dims_) : weight_of_sequence(type, dims_);
    // What exists already is only read, what is computed for the loop is written and read.
    node[value.index] = cut.add(made ? 2 * weight : weight);
    values.push_back(value);
    // Parts of weights are what the weights would be in the other notation: packed before the loop.
    const bool part = made && over_time_.invariant(value) && (made->op == Op::slice || made->op == Op::view);
    if (!made || !is_lane_op(*made) || part) cut.pin_before(node[value.index]);
    if (from_before_[value.index]) cut.read_after(node[value.index]);
    if (!made) continue;
    for (ValueId operand : made->operands) {
      if (!free_leaf(operand)) cut.reads(node[value.index], node[operand.index]);
    }
  }
  std::vector<bool> before = cut.solve(Cut::Ties::late);
  for (size_t i = recurrence_.order.size(); i-- > 0;) {
    ValueId value = recurrence_.order[i];
    if (!from_before_[value.index]) continue;
    if (!free_leaf(value) && before[node[value.index]]) {
      plan_.in.push_back(value);
      continue;
    }
    plan_.inside[value.index] = true;
    for (ValueId operand : body_.producer(value)->operands) from_before_[operand.index] = true;
  }
  sort_in();
  std::sort(plan_.out.begin(), plan_.out.end());
}

// In the order in which the loop reads them.
void LiftPlanner::sort_in() {
  std::vector<size_t> first_read(body_.values().size(), SIZE_MAX);
  for (size_t i = body_.instrs().size(); i-- > 0;) {
    const Instr& instr = body_.instrs()[i];
    if (instr.results.empty() || !plan_.inside[instr.results[0].index]) continue;
    for (size_t k = instr.operands.size(); k-- > 0;) first_read[instr.operands[k].index] = i;
  }
  auto key = [&](ValueId value) { return std::pair(first_read[value.index], value); };
  std::sort(plan_.in.begin(), plan_.in.end(), [&](ValueId a, ValueId b) { return key(a) < key(b); });
}

}  // namespace

LiftPlan plan_lift(const ir::ScanParts& scan, const ir::DimTable& dims, const Recurrence& recurrence,
                   const OverTime& over_time, const std::vector<bool>& used) {
  return LiftPlanner(scan, dims, recurrence, over_time, used).run();
}

}  // namespace rnnc::passes
