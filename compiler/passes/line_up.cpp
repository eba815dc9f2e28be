#include "compiler/passes/line_up.h"

#include "compiler/ir/rewrite.h"
#include "compiler/passes/over_time.h"

namespace rnnc::passes {
namespace {

using ir::Function;
using ir::InstrId;
using ir::ValueId;

// Copies what makes the value, where that has not happened.
void copy_with_operands(ir::Rewriter& copy, ValueId wanted) {
  std::vector<ValueId> open = {wanted};
  while (!open.empty()) {
    const ValueId value = open.back();
    if (copy.has(value)) {
      open.pop_back();
      continue;
    }
    const InstrId maker = copy.from()[value].producer;
    const std::vector<ValueId>& operands = copy.from()[maker].operands;
    const size_t before = open.size();
    for (size_t i = operands.size(); i-- > 0;) {
      if (!copy.has(operands[i])) open.push_back(operands[i]);
    }
    if (open.size() == before) copy.copy(maker);
  }
}

}  // namespace

Function line_up(const Function& function, ir::DimTable& dims) {
  const Function with_bodies =
      ir::map_bodies(function, dims, [&](const Function& body) { return line_up(body, dims); });
  ir::Rewriter copy(with_bodies, dims);
  copy_border(copy);
  for (const ir::NamedResult& result : with_bodies.results()) copy_with_operands(copy, result.value);
  return copy.finish();
}

}  // namespace rnnc::passes
