#include "compiler/autodiff/arrange.h"

#include <algorithm>

#include "compiler/ir/rewrite.h"

namespace rnnc::autodiff {

using ir::Function;
using ir::Instr;
using ir::ValueId;

namespace {

bool any_live(const std::vector<ValueId>& values, const std::vector<bool>& live) {
  return std::any_of(values.begin(), values.end(), [&](ValueId value) { return live[value.index]; });
}

}  // namespace

std::vector<bool> live_values(const Function& function, const std::vector<ir::NamedResult>& results) {
  std::vector<bool> live(function.values().size());
  for (const ir::NamedResult& result : results) live[result.value.index] = true;
  for (size_t i = function.instrs().size(); i-- > 0;) {
    const Instr& instr = function.instrs()[i];
    if (!any_live(instr.results, live)) continue;
    for (ValueId operand : instr.operands) live[operand.index] = true;
  }
  return live;
}

Function arranged(const Function& from, const ir::DimTable& dims, const std::vector<ValueId>& parameters,
                  const std::vector<ir::NamedResult>& results) {
  const std::vector<bool> live = live_values(from, results);
  ir::Rewriter made(from, dims, ir::Rewriter::Parameters::own);
  for (ValueId parameter : parameters) made.copy_parameter(parameter);
  for (uint32_t i = 0; i < from.instrs().size(); i++) {
    if (any_live(from.instrs()[i].results, live)) made.copy(ir::InstrId{i});
  }
  return made.finish(results);
}

}  // namespace rnnc::autodiff
