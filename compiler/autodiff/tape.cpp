#include "compiler/autodiff/tape.h"

#include <algorithm>

namespace rnnc::autodiff {

using ir::Instr;
using ir::Op;
using ir::ValueId;

namespace {

// Only repeats or renames elements.
bool is_free(Op op) { return op == Op::broadcast || op == Op::view || op == Op::detach; }

// The one number that all sequences have stored. Only those that run the step are there to ask.
ValueId common_value(ir::Builder& build, ValueId stored, ir::DimId batch) {
  const ir::Element element = build.type(stored).element;
  if (element != ir::Element::boolean) return build.reduce(ir::Reduction::max, stored, {batch});
  ValueId number = build.reduce(ir::Reduction::max, build.cast(stored, ir::Element::i32), {batch});
  return build.cast(number, element);
}

}  // namespace

ir::Type stored_type(const ir::Type& type, const ir::DimTable& dims) {
  auto is_batch = [&](ir::DimId dim) { return dims[dim].kind == ir::DimKind::batch; };
  if (std::any_of(type.dims.begin(), type.dims.end(), is_batch)) return type;
  ir::DimId batch{0};
  while (!is_batch(batch)) batch.index++;
  ir::Type stored = type;
  stored.dims.insert(stored.dims.begin(), batch);
  return stored;
}

Tape::Tape(const ir::Function& body, size_t first_whole, size_t first_carry, ir::Builder& adjoint)
    : body_(body), adjoint_(adjoint), invariant_(body.values().size()), known_(body.values().size()) {
  for (size_t i = first_whole; i < first_carry; i++) invariant_[body.parameters()[i].index] = true;
  auto invariant = [&](ValueId value) { return invariant_[value.index]; };
  for (const Instr& instr : body.instrs()) {
    bool all = std::all_of(instr.operands.begin(), instr.operands.end(), invariant);
    for (ValueId result : instr.results) invariant_[result.index] = all;
  }
}

ValueId Tape::read(ValueId value) {
  if (known_[value.index].valid()) return known_[value.index];
  const Instr* producer = body_.producer(value);
  bool cheap = producer != nullptr && (invariant_[value.index] || is_free(producer->op));
  return known_[value.index] = cheap ? again(value, *producer) : import(value);
}

ValueId Tape::import(ValueId value) {
  const ir::Type& type = body_.type(value);
  const ir::Type stored = invariant_[value.index] ? type : stored_type(type, adjoint_.dims());
  ValueId parameter = adjoint_.function().add_parameter(stored, body_[value].name);
  imports_.push_back({value, parameter});
  return stored == type ? parameter : common_value(adjoint_, parameter, stored.dims[0]);
}

ValueId Tape::again(ValueId value, const Instr& instr) {
  std::vector<ValueId> operands;
  for (ValueId operand : instr.operands) operands.push_back(read(operand));
  if (instr.op == Op::detach) return operands[0];
  std::vector<ValueId> results =
      adjoint_.append(instr.op, std::move(operands), instr.attributes, body_.type(instr.results[0]));
  for (size_t i = 0; i < instr.results.size(); i++) known_[instr.results[i].index] = results[i];
  return known_[value.index];
}

}  // namespace rnnc::autodiff
