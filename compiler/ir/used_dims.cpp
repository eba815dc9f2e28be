#include "compiler/ir/used_dims.h"

namespace rnnc::ir {

namespace {

void mark(const Function& function, std::vector<bool>& used) {
  for (const Value& value : function.values()) {
    for (DimId dim : value.type.dims) used[dim.index] = true;
  }
  for (const Instr& instr : function.instrs()) {
    if (const auto* scan = std::get_if<ScanAttr>(&instr.attributes)) {
      used[scan->time.index] = true;
      mark(*scan->body, used);
    }
  }
}

}  // namespace

std::vector<bool> used_dims(const Function& function, const DimTable& dims) {
  std::vector<bool> used(dims.size(), false);
  mark(function, used);
  return used;
}

}  // namespace rnnc::ir
