#include "compiler/irgen/live.h"

#include "compiler/ir/rewrite.h"

namespace rnnc::irgen {

namespace {

bool is_lengths(const ir::Instr& instr) {
  return instr.op == ir::Op::input && std::get<ir::NameAttr>(instr.attributes).name.starts_with("lengths.");
}

}  // namespace

std::vector<bool> live_values(const ir::Function& function) {
  std::vector<bool> live(function.values().size(), false);
  for (const ir::NamedResult& result : function.results()) live[result.value.index] = true;
  for (size_t i = function.instrs().size(); i-- > 0;) {
    const ir::Instr& instr = function.instrs()[i];
    bool needed = false;
    for (ir::ValueId result : instr.results) needed = needed || live[result.index];
    if (!needed) continue;
    for (ir::ValueId result : instr.results) live[result.index] = true;
    for (ir::ValueId operand : instr.operands) live[operand.index] = true;
  }
  return live;
}

ir::Function only_live(const ir::Function& function, const ir::DimTable& dims) {
  const std::vector<bool> live = live_values(function);
  ir::Rewriter copy(function, dims);
  for (uint32_t i = 0; i < function.instrs().size(); ++i) {
    const ir::Instr& instr = function.instrs()[i];
    if (live[instr.results[0].index] || is_lengths(instr)) copy.copy(ir::InstrId{i});
  }
  return copy.finish();
}

}  // namespace rnnc::irgen
