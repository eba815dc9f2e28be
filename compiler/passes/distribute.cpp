#include "compiler/passes/distribute.h"

#include <algorithm>

#include "compiler/ir/rewrite.h"
#include "compiler/passes/cost.h"
#include "compiler/passes/over_time.h"
#include "compiler/passes/recurrence.h"

namespace rnnc::passes {
namespace {

using ir::Function;
using ir::Instr;
using ir::InstrId;
using ir::Op;
using ir::ScanAttr;
using ir::ScanParts;
using ir::ValueId;

// Values that lanes make of fewer elements than they have, be it over several ops: broadcasts, outer products
// and what is done to these.
std::vector<bool> find_expanding(const Function& body, const Recurrence& recurrence,
                                 const ir::DimTable& dims) {
  std::vector<bool> expanding(body.values().size(), false);
  std::vector<int64_t> least(body.values().size());  // elements that it can be made of
  for (ValueId value : recurrence.order) {
    const int64_t own = least[value.index] = elements(body.type(value), dims);
    const Instr* made = body.producer(value);
    if (!made || recurrence.recurrent(value) || !is_lane_op(*made)) continue;
    int64_t read = 0;
    for (ValueId operand : made->operands) read += least[operand.index];
    expanding[value.index] = read < own;
    least[value.index] = std::min(read, own);
  }
  return expanding;
}

// For each value the scan, by number, that makes it: that of the last group it depends on or, if it depends
// on none, the first that reads it. What expands waits for that in any case, so that less crosses.
std::vector<int> find_stages(const ScanParts& scan, const Recurrence& recurrence, const ir::DimTable& dims) {
  const Function& body = scan.body;
  constexpr int kFree = -1;
  std::vector<int> stage(body.values().size(), kFree);
  auto carry = [&](ValueId value) -> ValueId {
    uint32_t index = body[value].index, begin = scan.attr.each + scan.attr.with;
    return index < begin ? ValueId{} : scan.next(index - begin);
  };
  for (ValueId value : recurrence.order) {
    int& of = stage[value.index];
    of = recurrence.group[value.index];
    if (recurrence.recurrent(value)) continue;
    if (const Instr* made = body.producer(value)) {
      for (ValueId operand : made->operands) of = std::max(of, stage[operand.index]);
    } else if (ValueId next = carry(value); next.valid()) {
      of = stage[next.index];
    }
  }
  const std::vector<bool> expanding = find_expanding(body, recurrence, dims);
  std::vector<int> first_reader(body.values().size(), recurrence.groups - 1);
  for (size_t i = recurrence.order.size(); i-- > 0;) {
    ValueId value = recurrence.order[i];
    int& of = stage[value.index];
    const Instr* maker = body.producer(value);
    if (of == kFree || expanding[value.index]) of = first_reader[value.index];
    auto read = [&](ValueId on) { first_reader[on.index] = std::min(first_reader[on.index], of); };
    if (maker) {
      std::for_each(maker->operands.begin(), maker->operands.end(), read);
    } else if (ValueId next = carry(value); next.valid()) {
      read(next);
    }
  }
  return stage;
}

class Distributor {
 public:
  Distributor(ir::Rewriter& outer, const ir::Uses& uses, const Instr& instr)
      : outer_(outer),
        uses_(uses),
        instr_(instr),
        scan_(instr),
        recurrence_(find_recurrence(scan_.body, carries_of(scan_))) {}

  // False if the scan is to stay as it is.
  bool run() {
    auto is_dead = [](const Instr& instr) { return instr.results.empty(); };
    if (recurrence_.groups < 2 || std::ranges::any_of(scan_.body.instrs(), is_dead)) return false;
    stage_ = find_stages(scan_, recurrence_, outer_.build().dims());
    if (!find_crossing()) return false;
    over_time_.resize(scan_.body.values().size());
    for (int stage = 0; stage < recurrence_.groups; ++stage) write(stage);
    for (size_t i = 0; i < scan_.attr.outs; ++i) {
      if (uses_.count(scan_.outs[i]) == 0) continue;
      outer_.replace(scan_.outs[i], over_time_[scan_.out(i).index]);
    }
    return true;
  }

 private:
  bool is_each_or_with(ValueId value) const {
    const ir::Value& info = scan_.body[value];
    return !info.producer.valid() && info.index < scan_.attr.each + scan_.attr.with;
  }
  bool is_constant(ValueId value) const {
    const Instr* made = scan_.body.producer(value);
    return made && (made->op == Op::constant || made->op == Op::iota);
  }

  std::string out_name(ValueId value) const {
    for (size_t i = 0; i < scan_.attr.outs; ++i) {
      if (scan_.out(i) == value) return scan_.out_name(i);
    }
    return scan_.body[value].name;
  }

  // Values that their scan yields: outs of the whole, and what a later scan reads.
  bool find_crossing() {
    crosses_.assign(scan_.body.values().size(), false);
    for (size_t i = 0; i < scan_.attr.outs; ++i) {
      if (uses_.count(scan_.outs[i]) > 0) crosses_[scan_.out(i).index] = true;
    }
    bool possible = true;
    auto read = [&](ValueId value, int by) {
      if (is_each_or_with(value) || is_constant(value) || stage_[value.index] == by) return;
      crosses_[value.index] = true;
      possible = possible && can_be_sequence(scan_.body.type(value), outer_.build().dims());
    };
    for (const Instr& instr : scan_.body.instrs()) {
      // All results of an instruction are made where the first is.
      for (ValueId result : instr.results) stage_[result.index] = stage_[instr.results[0].index];
      for (ValueId operand : instr.operands) read(operand, stage_[instr.results[0].index]);
    }
    for (size_t i = 0; i < scan_.attr.carries; ++i) read(scan_.next(i), stage_[scan_.carry_params[i].index]);
    return possible;
  }

  std::vector<bool> read_in(int stage) const;
  void write(int stage);
  void give(const std::vector<ValueId>& yielded, const std::vector<size_t>& carries,
            const std::vector<ValueId>& made);

  ir::Rewriter& outer_;
  const ir::Uses& uses_;
  const Instr& instr_;
  const ScanParts scan_;
  const Recurrence recurrence_;
  std::vector<int> stage_;
  std::vector<bool> crosses_;
  std::vector<ValueId> over_time_;  // what earlier scans have yielded
};

// Values that the scan reads or yields.
std::vector<bool> Distributor::read_in(int stage) const {
  std::vector<bool> read(scan_.body.values().size(), false);
  for (const Instr& instr : scan_.body.instrs()) {
    if (stage_[instr.results[0].index] != stage) continue;
    for (ValueId operand : instr.operands) read[operand.index] = true;
  }
  for (size_t i = 0; i < scan_.attr.carries; ++i) {
    if (stage_[scan_.carry_params[i].index] == stage) read[scan_.next(i).index] = true;
  }
  for (uint32_t i = 0; i < read.size(); ++i) {
    bool anywhere = is_each_or_with(ValueId{i}) || is_constant(ValueId{i});
    if (crosses_[i] && !over_time_[i].valid() && (anywhere || stage_[i] == stage)) read[i] = true;
  }
  return read;
}

void Distributor::write(int stage) {
  const Function& from = scan_.body;
  const std::vector<bool> read = read_in(stage);
  ir::Rewriter body(from, outer_.build().dims(), ir::Rewriter::Parameters::own);
  auto take = [&](ValueId value, ValueId outer, std::vector<ValueId>& operands) {
    body.copy_parameter(value);
    operands.push_back(outer);
  };
  std::vector<ValueId> each, with, first, yielded;
  std::vector<size_t> carries;
  for (size_t i = 0; i < scan_.attr.each; ++i) {
    if (read[scan_.each_params[i].index]) take(scan_.each_params[i], outer_[scan_.each[i]], each);
  }
  for (uint32_t i = 0; i < read.size(); ++i) {
    bool earlier = over_time_[i].valid() && !is_each_or_with(ValueId{i}) && !is_constant(ValueId{i});
    if (read[i] && earlier) take(ValueId{i}, over_time_[i], each);
  }
  for (size_t i = 0; i < scan_.attr.with; ++i) {
    if (read[scan_.with_params[i].index]) take(scan_.with_params[i], outer_[scan_.with[i]], with);
  }
  for (size_t i = 0; i < scan_.attr.carries; ++i) {
    if (stage_[scan_.carry_params[i].index] != stage) continue;
    take(scan_.carry_params[i], outer_[scan_.first[i]], first);
    carries.push_back(i);
  }
  for (uint32_t i = 0; i < from.instrs().size(); ++i) {
    ValueId made = from.instrs()[i].results[0];
    if (is_constant(made) ? read[made.index] : stage_[made.index] == stage) body.copy(InstrId{i});
  }

  std::vector<ir::NamedResult> results;
  for (uint32_t i = 0; i < read.size(); ++i) {
    if (!read[i] || !crosses_[i] || over_time_[i].valid()) continue;
    yielded.push_back(ValueId{i});
    results.push_back({out_name(ValueId{i}), ValueId{i}});
  }
  for (size_t carry : carries) results.push_back({scan_.carry_name(carry), scan_.next(carry)});
  ScanAttr attr = ir::like(scan_.attr);
  attr.outs = static_cast<uint32_t>(yielded.size());
  attr.body = std::make_shared<const Function>(body.finish(results));
  outer_.build().at(instr_.span);
  give(yielded, carries, outer_.build().scan(std::move(attr), each, with, first));
}

void Distributor::give(const std::vector<ValueId>& yielded, const std::vector<size_t>& carries,
                       const std::vector<ValueId>& made) {
  for (size_t i = 0; i < yielded.size(); ++i) over_time_[yielded[i].index] = made[i];
  for (size_t i = 0; i < carries.size(); ++i) {
    ValueId final = scan_.finals[carries[i]];
    if (uses_.count(final) > 0) outer_.replace(final, made[yielded.size() + i]);
  }
}

}  // namespace

Function distribute(const Function& function, ir::DimTable& dims) {
  const ir::Uses uses(function);
  ir::Rewriter copy(function, dims);
  for (uint32_t i = 0; i < function.instrs().size(); ++i) {
    const Instr& instr = function.instrs()[i];
    if (instr.op != Op::scan || !Distributor(copy, uses, instr).run()) copy.copy(InstrId{i});
  }
  return copy.finish();
}

}  // namespace rnnc::passes
