#include "compiler/autodiff/discard.h"

namespace rnnc::autodiff {
namespace {

using ir::Instr;
using ir::Op;

// Whether the op itself picks among its operands' elements by their values or by a condition.
bool chooses(const Instr& instr) {
  if (instr.op == Op::select || instr.op == Op::max || instr.op == Op::min) return true;
  return instr.op == Op::reduce && std::get<ir::ReduceAttr>(instr.attributes).reduction != ir::Reduction::sum;
}

// No derivative passes.
bool ends(const Instr& instr) {
  return instr.op == Op::detach || ir::info(instr.op).family == ir::Family::compare;
}

}  // namespace

std::vector<bool> discardable_values(const ir::Function& function) {
  std::vector<bool> discardable(function.values().size(), true);
  for (const ir::NamedResult& result : function.results()) discardable[result.value.index] = false;
  for (size_t i = function.instrs().size(); i-- > 0;) {
    const Instr& instr = function.instrs()[i];
    if (chooses(instr) || ends(instr)) continue;
    bool on = instr.op != Op::scan && discardable[instr.results[0].index];
    for (ir::ValueId operand : instr.operands) {
      if (!on) discardable[operand.index] = false;
    }
  }
  return discardable;
}

}  // namespace rnnc::autodiff
