#include "compiler/autodiff/tape.h"

#include <algorithm>

namespace rnnc::autodiff {

using ir::Instr;
using ir::Op;
using ir::ValueId;

namespace {

// Only repeats or renames elements.
bool is_free(Op op) { return op == Op::broadcast || op == Op::view || op == Op::detach; }

}  // namespace

Tape::Tape(const ir::Function& body, size_t first_whole, size_t first_carry, ir::Function& adjoint)
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
  ValueId parameter = adjoint_.add_parameter(body_.type(value), body_[value].name);
  imports_.push_back({value, parameter});
  return parameter;
}

ValueId Tape::again(ValueId value, const Instr& instr) {
  std::vector<ValueId> operands;
  for (ValueId operand : instr.operands) operands.push_back(read(operand));
  if (instr.op == Op::detach) return operands[0];
  std::vector<ir::Type> types;
  for (ValueId result : instr.results) types.push_back(body_.type(result));
  ir::InstrId copy =
      adjoint_.append(instr.op, std::move(operands), instr.attributes, std::move(types), instr.span);
  for (size_t i = 0; i < instr.results.size(); i++)
    known_[instr.results[i].index] = adjoint_[copy].results[i];
  return known_[value.index];
}

}  // namespace rnnc::autodiff
