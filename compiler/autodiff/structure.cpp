// Ops that only place elements elsewhere, by position or by index: their adjoints place them back.
#include "compiler/autodiff/rules.h"

namespace rnnc::autodiff {

using ir::DimId;
using ir::Type;
using ir::ValueId;

void vjp_broadcast(Step& step) {
  std::vector<DimId> repeated;
  for (DimId dim : step.result_type().dims) {
    if (!step.type(0).has(dim)) repeated.push_back(dim);
  }
  ValueId sum = step.cotangent();
  if (!repeated.empty()) sum = step.build().reduce(ir::Reduction::sum, sum, repeated);
  step.give(0, step.build().broadcast(sum, step.type(0)));
}

void vjp_view(Step& step) { step.give(0, step.build().view(step.cotangent(), step.type(0).dims)); }

void vjp_concat(Step& step) {
  const ir::Builder& build = step.build();
  DimId along = step.attr<ir::DimAttr>().dim;
  auto place = static_cast<size_t>(step.result_type().position(along));
  int64_t start = 0;
  for (size_t i = 0; i < step.instr().operands.size(); i++) {
    DimId part = step.type(i).dims[place];
    if (step.wants(i)) {
      bool only_part = part == along;
      step.give(i, only_part ? step.cotangent() : step.build().slice(step.cotangent(), along, part, start));
    }
    start += build.dims()[part].size;
  }
}

void vjp_slice(Step& step) {
  const auto& range = step.attr<ir::RangeAttr>();
  step.give(0, step.build().pad(step.cotangent(), range.to, range.from, range.start));
}

void vjp_pad(Step& step) {
  const auto& range = step.attr<ir::RangeAttr>();
  step.give(0, step.build().slice(step.cotangent(), range.to, range.from, range.start));
}

void vjp_gather(Step& step) {
  DimId dim = step.attr<ir::DimAttr>().dim;
  step.give(0, step.build().scatter_add(step.cotangent(), step.operand(1), dim, step.type(0).dims));
}

void vjp_scatter_add(Step& step) {
  DimId dim = step.attr<ir::DimAttr>().dim;
  step.give(0, step.build().gather(step.cotangent(), dim, step.operand(1), step.type(0).dims));
}

}  // namespace rnnc::autodiff
