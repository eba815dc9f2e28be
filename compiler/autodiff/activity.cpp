#include "compiler/autodiff/activity.h"

#include <cstddef>

#include "compiler/ir/rewrite.h"

namespace rnnc::autodiff {
namespace {

using ir::Function;
using ir::Instr;
using ir::Op;
using ir::ValueId;

// Reals alone have derivatives; `detach` is the one op of reals that has none.
bool is_real(const Function& function, ValueId value) {
  return function.type(value).element == ir::Element::real;
}

bool any(const Flags& flags, const std::vector<ValueId>& values) {
  for (ValueId value : values) {
    if (flags[value]) return true;
  }
  return false;
}

// Sets the flag and says whether that is news.
bool raise(Flags& flags, ValueId value, bool on) {
  if (!on || flags.values[value.index]) return false;
  flags.values[value.index] = true;
  return true;
}

Flags none_of(const Function& function) {
  return {std::vector<bool>(function.values().size()), std::vector<Flags>(function.instrs().size())};
}

// Closes `flags` under "depends on".
void spread_forward(const Function& function, Flags& flags);
// Closes `flags` under "is needed by".
void spread_backward(const Function& function, Flags& flags);

void spread_forward_scan(const Function& function, size_t index, Flags& flags) {
  const Instr& instr = function.instrs()[index];
  const ir::ScanParts scan(instr);
  Flags body = none_of(scan.body);
  for (size_t i = 0; i < instr.operands.size(); i++) {
    raise(body, scan.body.parameters()[i], flags[instr.operands[i]]);
  }
  bool grew = true;
  while (grew) {
    spread_forward(scan.body, body);
    grew = false;
    for (size_t k = 0; k < scan.attr.carries; k++)
      grew |= raise(body, scan.carry_params[k], body[scan.next(k)]);
  }
  for (size_t i = 0; i < scan.outs.size(); i++) raise(flags, scan.outs[i], body[scan.out(i)]);
  for (size_t k = 0; k < scan.finals.size(); k++) raise(flags, scan.finals[k], body[scan.carry_params[k]]);
  flags.bodies[index] = std::move(body);
}

void spread_forward(const Function& function, Flags& flags) {
  for (size_t index = 0; index < function.instrs().size(); index++) {
    const Instr& instr = function.instrs()[index];
    if (instr.op == Op::scan) {
      spread_forward_scan(function, index, flags);
      continue;
    }
    if (instr.op == Op::detach || !any(flags, instr.operands)) continue;
    raise(flags, instr.results[0], is_real(function, instr.results[0]));
  }
}

void spread_backward_scan(const Function& function, size_t index, Flags& flags) {
  const Instr& instr = function.instrs()[index];
  const ir::ScanParts scan(instr);
  Flags body = none_of(scan.body);
  for (size_t i = 0; i < scan.outs.size(); i++) raise(body, scan.out(i), flags[scan.outs[i]]);
  for (size_t k = 0; k < scan.finals.size(); k++) raise(body, scan.next(k), flags[scan.finals[k]]);
  bool grew = true;
  while (grew) {
    spread_backward(scan.body, body);
    grew = false;
    for (size_t k = 0; k < scan.attr.carries; k++)
      grew |= raise(body, scan.next(k), body[scan.carry_params[k]]);
  }
  for (size_t i = 0; i < instr.operands.size(); i++) {
    raise(flags, instr.operands[i], body[scan.body.parameters()[i]]);
  }
  // Of a sequence without steps the first value is the final.
  for (size_t k = 0; k < scan.finals.size(); k++) raise(flags, scan.first[k], flags[scan.finals[k]]);
  flags.bodies[index] = std::move(body);
}

void spread_backward(const Function& function, Flags& flags) {
  for (size_t index = function.instrs().size(); index-- > 0;) {
    const Instr& instr = function.instrs()[index];
    if (instr.op == Op::scan) {
      spread_backward_scan(function, index, flags);
      continue;
    }
    if (instr.op == Op::detach || !flags[instr.results[0]]) continue;
    for (ValueId operand : instr.operands) raise(flags, operand, is_real(function, operand));
  }
}

Flags both(const Flags& a, const Flags& b) {
  Flags result = a;
  for (size_t i = 0; i < a.values.size(); i++) result.values[i] = a.values[i] && b.values[i];
  for (size_t i = 0; i < a.bodies.size(); i++) result.bodies[i] = both(a.bodies[i], b.bodies[i]);
  return result;
}

}  // namespace

Flags active_values(const Function& function, const std::vector<ValueId>& wanted,
                    const std::vector<ValueId>& useful) {
  Flags varied = none_of(function);
  for (ValueId value : wanted) raise(varied, value, is_real(function, value));
  spread_forward(function, varied);
  Flags needed = none_of(function);
  for (ValueId value : useful) raise(needed, value, is_real(function, value));
  spread_backward(function, needed);
  return both(varied, needed);
}

}  // namespace rnnc::autodiff
