#include "compiler/autodiff/sweep.h"

#include <algorithm>

#include "compiler/autodiff/rules.h"
#include "compiler/autodiff/step.h"
#include "compiler/support/check.h"

namespace rnnc::autodiff {

Sweep::Sweep(const Forward& forward, Values& values, ir::Builder& builder)
    : forward_(forward), values_(values), emit_(builder), cotangents_(forward.original().values().size()) {}

void Sweep::add(ir::ValueId value, ir::ValueId cotangent) {
  if (!forward_.active()[value]) return;
  RNNC_CHECK(emit_.build.type(cotangent) == forward_.original().type(value),
             "a cotangent has its value's type");
  ir::ValueId& sum = cotangents_[value.index];
  sum = sum.valid() ? emit_.add(sum, cotangent) : cotangent;
}

ir::ValueId Sweep::cotangent_or_zeros(ir::ValueId value) {
  ir::ValueId sum = cotangent(value);
  return sum.valid() ? sum : emit_.zeros(forward_.original().type(value));
}

void Sweep::run() {
  const ir::Function& function = forward_.original();
  auto reached = [&](ir::ValueId result) { return cotangent(result).valid(); };
  auto wanted = [&](ir::ValueId operand) { return forward_.active()[operand]; };
  for (uint32_t i = static_cast<uint32_t>(function.instrs().size()); i-- > 0;) {
    const ir::Instr& instr = function.instrs()[i];
    if (std::none_of(instr.results.begin(), instr.results.end(), reached)) continue;
    if (std::none_of(instr.operands.begin(), instr.operands.end(), wanted)) continue;
    emit_.build.at(instr.span);
    Step step(*this, ir::InstrId{i});
    apply_rule(step);
  }
}

}  // namespace rnnc::autodiff
