#include "compiler/passes/over_time.h"

#include <algorithm>
#include <cmath>

#include "compiler/support/check.h"

namespace rnnc::passes {
namespace {

using ir::Builder;
using ir::DimId;
using ir::DimKind;
using ir::DimTable;
using ir::Element;
using ir::Family;
using ir::Function;
using ir::Instr;
using ir::Op;
using ir::Type;
using ir::ValueId;

DimId batch_of(const Type& type, const DimTable& dims) {
  for (DimId dim : type.dims) {
    if (dims[dim].kind == DimKind::batch) return dim;
  }
  return {};
}

// Whether the op sums over the sequences. Inside of a scan that is a sum over those that run, another one at
// each step even if its operands stay the same. (A body holds no draws.)
bool mixes_sequences(const Function& function, const Instr& instr, const DimTable& dims) {
  auto has_batch = [&](ValueId value) { return batch_of(function.type(value), dims).valid(); };
  if (instr.op == Op::scan) {
    const ir::ScanParts scan(instr);
    auto mixes = [&](const Instr& inner) { return mixes_sequences(scan.body, inner, dims); };
    return std::any_of(scan.body.instrs().begin(), scan.body.instrs().end(), mixes) ||
           !std::all_of(scan.first.begin(), scan.first.end(), has_batch);
  }
  return std::any_of(instr.operands.begin(), instr.operands.end(), has_batch) && !has_batch(instr.results[0]);
}

}  // namespace

bool can_be_sequence(const Type& step_type, const DimTable& dims) {
  return batch_of(step_type, dims).valid() && !ir::time_of(step_type, dims).valid();
}

bool is_border(const Instr& instr) { return instr.op == Op::param || instr.op == Op::input; }

void copy_border(ir::Rewriter& copy) {
  for (uint32_t i = 0; i < copy.from().instrs().size(); ++i) {
    if (is_border(copy.from().instrs()[i])) copy.copy(ir::InstrId{i});
  }
}

OverTime::OverTime(ir::Rewriter& outer, const ir::ScanParts& scan, const Recurrence& recurrence)
    : outer_(outer),
      build_(outer.build()),
      scan_(scan),
      invariant_(scan.body.values().size(), false),
      outer_values_(scan.body.values().size()) {
  for (ValueId with : scan.with_params) invariant_[with.index] = true;
  for (ValueId value : recurrence.order) {
    const Instr* made = scan.body.producer(value);
    if (!made || recurrence.recurrent(value) || mixes_sequences(scan.body, *made, build_.dims())) continue;
    invariant_[value.index] = std::all_of(made->operands.begin(), made->operands.end(),
                                          [&](ValueId operand) { return invariant(operand); });
  }
}

bool OverTime::can_write(const Instr& instr) const {
  switch (ir::info(instr.op).family) {
    case Family::time:
    case Family::scan:
    case Family::leaf:
      return false;
    case Family::unary:
    case Family::binary:
    case Family::compare:
    case Family::select:
    case Family::product:
    case Family::reduction:
    case Family::structure:
    case Family::index:
      break;
  }
  auto fits = [&](ValueId value) { return can_be_sequence(scan_.body.type(value), build_.dims()); };
  return fits(instr.results[0]) &&
         std::all_of(instr.operands.begin(), instr.operands.end(),
                     [&](ValueId operand) { return invariant(operand) || fits(operand); });
}

Type OverTime::sequence_type(ValueId value) const {
  Type type = scan_.body.type(value);
  type.dims.insert(type.dims.begin(), scan_.attr.time);
  return type;
}

std::vector<ValueId> OverTime::dependencies(ValueId value) const {
  if (const Instr* made = scan_.body.producer(value)) return made->operands;
  const uint32_t index = scan_.body[value].index, begin_carries = scan_.attr.each + scan_.attr.with;
  if (index < begin_carries) return {};
  return {scan_.next(index - begin_carries)};
}

ValueId OverTime::value(ValueId wanted) {
  std::vector<ValueId> open = {wanted};
  while (!open.empty()) {
    ValueId next = open.back();
    bool ready = true;
    if (!outer_values_[next.index].valid()) {
      for (ValueId on : dependencies(next)) {
        if (outer_values_[on.index].valid()) continue;
        open.push_back(on);
        ready = false;
      }
    }
    if (!ready) continue;
    open.pop_back();
    if (!outer_values_[next.index].valid()) write(next);
  }
  return outer_values_[wanted.index];
}

ValueId OverTime::sequence(ValueId step) {
  ValueId outer = value(step);
  if (!invariant(step)) return outer;
  const Instr* made = build_.function().producer(outer);
  if (made->op == Op::constant && std::get<ir::ConstAttr>(made->attributes).values.size() == 1) {
    return build_.constant(std::get<ir::ConstAttr>(made->attributes).values[0], sequence_type(step));
  }
  return build_.broadcast(made->op == Op::broadcast ? made->operands[0] : outer, sequence_type(step));
}

void OverTime::write(ValueId step) {
  if (const Instr* made = scan_.body.producer(step)) {
    write_instr(*made);
  } else {
    write_parameter(step);
  }
}

void OverTime::write_parameter(ValueId step) {
  const uint32_t index = scan_.body[step].index;
  if (index < scan_.attr.each) {
    set(step, build_.broadcast(outer_[scan_.each[index]], sequence_type(step)));
  } else if (uint32_t with = index - scan_.attr.each; with < scan_.attr.with) {
    set(step, outer_[scan_.with[with]]);
  } else {
    uint32_t carry = with - scan_.attr.with;
    ValueId before = delayed(sequence(scan_.next(carry)), outer_[scan_.first[carry]]);
    if (build_.function()[before].name.empty()) build_.function().set_name(before, scan_.carry_name(carry));
    set(step, before);
  }
}

void OverTime::write_instr(const Instr& instr) {
  build_.at(instr.span);
  const bool same_each_step = invariant(instr.results[0]);
  RNNC_CHECK(same_each_step || can_write(instr), "an instruction left its scan that cannot");
  // Ops that match dims by name take an operand without time as it is; the others want equal types.
  const Family family = ir::info(instr.op).family;
  const bool by_name = family == Family::product || instr.op == Op::broadcast || instr.op == Op::gather;
  std::vector<ValueId> operands;
  for (size_t i = 0; i < instr.operands.size(); ++i) {
    bool as_it_is = same_each_step || by_name || (instr.op == Op::scatter_add && i == 1);
    operands.push_back(as_it_is ? value(instr.operands[i]) : sequence(instr.operands[i]));
  }
  Type wanted = same_each_step ? scan_.body.type(instr.results[0]) : sequence_type(instr.results[0]);
  std::vector<ValueId> made =
      build_.append(instr.op, std::move(operands), instr.attributes, std::move(wanted));
  for (size_t i = 0; i < made.size(); ++i) {
    set(instr.results[i], made[i]);
    const std::string& name = scan_.body[instr.results[i]].name;
    if (!name.empty()) build_.function().set_name(made[i], name);
  }
}

bool OverTime::is_zero(ValueId first) const {
  const Instr* made = build_.function().producer(first);
  if (!made || made->op != Op::constant) return false;
  const std::vector<double>& values = std::get<ir::ConstAttr>(made->attributes).values;
  return std::all_of(values.begin(), values.end(), [](double v) { return v == 0 && !std::signbit(v); });
}

ValueId OverTime::delayed(ValueId next, ValueId first) {
  const DimId time = scan_.attr.time;
  const bool zero = is_zero(first);
  if (scan_.attr.direction == ir::Direction::forward) {
    return zero ? build_.shift(next, time, 1) : build_.shift(next, time, 1, {first});
  }
  // The step before is the one after in time. What lies past the end reads 0; another first value takes the
  // way round.
  if (zero) return build_.shift(next, time, -1);
  return build_.flip(build_.shift(build_.flip(next, time), time, 1, {first}), time);
}

ValueId OverTime::lengths(DimId batch) {
  const std::string name = "lengths." + build_.dims()[scan_.attr.time].name;
  for (const Instr& instr : build_.function().instrs()) {
    if (instr.op == Op::input && std::get<ir::NameAttr>(instr.attributes).name == name)
      return instr.results[0];
  }
  return build_.input(name, Type{Element::i32, {batch}});
}

ValueId OverTime::last(ValueId next, ValueId first) {
  const Type type = build_.type(first);
  const DimId batch = batch_of(type, build_.dims());
  const Type index_type{Element::i32, {batch}};
  ValueId length = lengths(batch);
  ValueId zero = build_.constant(0, index_type);
  ValueId index = scan_.attr.direction == ir::Direction::forward
                      ? build_.binary(Op::sub, length, build_.constant(1, index_type))
                      : zero;
  // Of a sequence without steps this reads an index outside, hence 0.
  ValueId end = build_.gather(next, scan_.attr.time, index, type.dims);
  if (is_zero(first)) return end;
  ValueId empty =
      build_.broadcast(build_.binary(Op::equal, length, zero), type.with_element(Element::boolean));
  return build_.select(empty, first, end);
}

}  // namespace rnnc::passes
