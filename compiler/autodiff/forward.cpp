#include "compiler/autodiff/forward.h"

#include <algorithm>

namespace rnnc::autodiff {

Forward::Forward(const ir::Function& original, const ir::DimTable& dims, const Flags& active,
                 const Ranges& ranges)
    : dims_(dims),
      active_(active),
      ranges_(ranges),
      discardable_(discardable_values(original)),
      copy_(original, dims) {
  for (uint32_t i = 0; i < original.instrs().size(); i++) {
    const ir::InstrId id{i};
    const ir::Instr& instr = original[id];
    bool differentiated = std::any_of(instr.results.begin(), instr.results.end(),
                                      [&](ir::ValueId result) { return active[result]; });
    if (instr.op == ir::Op::scan && differentiated) {
      scans_.emplace(id, extend_scan(*this, id));
    } else {
      copy_.copy(id);
    }
  }
}

void Forward::replace(const std::vector<ir::ValueId>& originals, const std::vector<ir::ValueId>& copies) {
  for (size_t i = 0; i < originals.size(); i++) copy_.replace(originals[i], copies[i]);
}

}  // namespace rnnc::autodiff
