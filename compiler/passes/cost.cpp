#include "compiler/passes/cost.h"

#include <algorithm>

namespace rnnc::passes {
namespace {

using ir::Op;

constexpr int64_t kBatch = 16, kTime = 64;

bool has_batch(const ir::Type& type, const ir::DimTable& dims) {
  return std::any_of(type.dims.begin(), type.dims.end(),
                     [&](ir::DimId dim) { return dims[dim].kind == ir::DimKind::batch; });
}

}  // namespace

int lane_ops(const ir::Instr& instr) {
  switch (instr.op) {
    case Op::constant:
    case Op::iota:
    case Op::detach:
    case Op::broadcast:
    case Op::view:
    case Op::slice:
      return 0;
    case Op::neg:
    case Op::abs:
    case Op::cast:
    case Op::add:
    case Op::sub:
    case Op::mul:
    case Op::max:
    case Op::min:
    case Op::less:
    case Op::equal:
    case Op::select:
    case Op::concat:
    case Op::pad:
      return 1;
    case Op::sqrt:
    case Op::div:
      return 6;
    case Op::exp:
      return 12;
    case Op::sigmoid:
      return 17;
    case Op::tanh:
      return 22;
    case Op::log:
      return 16;
    case Op::softplus:
    case Op::pow:
    case Op::sin:
    case Op::cos:
      return 30;
    case Op::contract:
      return std::get<ir::OverAttr>(instr.attributes).over.empty() ? 1 : -1;
    case Op::param:
    case Op::input:
    case Op::random:
    case Op::reduce:
    case Op::gather:
    case Op::scatter_add:
    case Op::shift:
    case Op::flip:
    case Op::prefix:
    case Op::scan:
      return -1;
  }
  return -1;
}

int64_t elements(const ir::Type& type, const ir::DimTable& dims) {
  int64_t count = std::min<int64_t>(ir::constant_elements(type, dims), int64_t{1} << 32);
  for (ir::DimId dim : type.dims) {
    if (dims[dim].kind == ir::DimKind::time) count *= kTime;
  }
  return count;
}

int64_t weight_of_sequence(const ir::Type& step_type, const ir::DimTable& dims) {
  return elements(step_type, dims) * kBatch * kTime;
}

int64_t weight_of_invariant(const ir::Type& type, const ir::DimTable& dims) {
  return elements(type, dims) * (has_batch(type, dims) ? kBatch : 1);
}

}  // namespace rnnc::passes
