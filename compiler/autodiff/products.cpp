// Contractions and reductions.
#include <algorithm>
#include <limits>

#include "compiler/autodiff/rules.h"

namespace rnnc::autodiff {

using ir::DimId;
using ir::Type;
using ir::ValueId;

namespace {

std::vector<DimId> dims_without(const Type& type, const Type& other) {
  std::vector<DimId> rest;
  for (DimId dim : type.dims) {
    if (!other.has(dim)) rest.push_back(dim);
  }
  return rest;
}

}  // namespace

// A dim of `a` is either summed, then b has it, or in the result; what the result has besides is free in b
// and summed now.
void vjp_contract(Step& step) {
  for (size_t i : {0u, 1u}) {
    if (!step.wants(i)) continue;
    std::vector<DimId> over = dims_without(step.result_type(), step.type(i));
    step.give(i, step.build().contract(step.cotangent(), step.factor(1 - i), over, step.type(i)));
  }
}

namespace {

// Where the operand is the first of those equal to the extreme, in row-major order: the smallest index along
// the outermost reduced dim, among these the smallest along the next.
ValueId first_extreme(Step& step, const std::vector<DimId>& over) {
  ir::Builder& build = step.build();
  Emitter& emit = step.emit();
  const Type& type = step.type(0);
  const Type index_type = type.with_element(ir::Element::i32);
  ValueId none = build.constant(0, type.with_element(ir::Element::boolean));
  ValueId beyond = build.constant(std::numeric_limits<int32_t>::max(), index_type);
  ValueId a = step.operand(0);
  ValueId chosen = emit.equal(a, build.broadcast(step.result(), type));
  for (DimId dim : type.dims) {
    if (!in(over, dim)) continue;
    ValueId index = build.broadcast(build.iota(dim), index_type);
    ValueId candidates = build.select(chosen, index, beyond);
    ValueId smallest = build.reduce(ir::Reduction::min, candidates, over);
    chosen = build.select(emit.equal(index, build.broadcast(smallest, index_type)), chosen, none);
  }
  return chosen;
}

}  // namespace

void vjp_reduce(Step& step) {
  const auto& attr = step.attr<ir::ReduceAttr>();
  ValueId everywhere = step.build().broadcast(step.cotangent(), step.type(0));
  switch (attr.reduction) {
    case ir::Reduction::sum:
      return step.give(0, everywhere);
    case ir::Reduction::max:
    case ir::Reduction::min: {
      ValueId zero = step.emit().zeros(step.type(0));
      return step.give(0, step.build().select(first_extreme(step, attr.over), everywhere, zero));
    }
  }
}

}  // namespace rnnc::autodiff
