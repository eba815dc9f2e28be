#include "compiler/interp/ops.h"

namespace rnnc::interp {

namespace {

using ir::DimId;

// The strides of the array that is indexed, along the loops. The index says where along `dim`, so the loop
// over a dim of the indices that has the same name does not move there.
Strides indexed_strides(const Call& call, const ir::Type& type, DimId dim, const std::vector<DimId>& nest) {
  Strides strides = call.extents().strides(type, nest);
  for (size_t d = 0; d < nest.size(); ++d) {
    if (nest[d] == dim) strides[d] = 0;
  }
  return strides;
}

}  // namespace

Array eval_gather(const Call& call) {
  const Extents& extents = call.extents();
  DimId dim = call.attribute<ir::DimAttr>().dim;
  const ir::Type& table = call.operand_type(0);
  const auto& nest = call.type().dims;
  auto size = static_cast<double>(extents.size(dim));
  int64_t stride = extents.strides(table, {dim})[0];
  const double* values = call.operand(0).values.data();
  const double* indices = call.operand(1).values.data();
  Array result = call.make();
  for_each_element<3>(result.shape,
                      {extents.strides(call.type(), nest), indexed_strides(call, table, dim, nest),
                       extents.strides(call.operand_type(1), nest)},
                      [&](const auto& at) {
                        double index = indices[at[2]];
                        if (index < 0 || index >= size) return;
                        result.values[static_cast<size_t>(at[0])] =
                            values[at[1] + static_cast<int64_t>(index) * stride];
                      });
  return result;
}

Array eval_scatter_add(const Call& call) {
  const Extents& extents = call.extents();
  DimId dim = call.attribute<ir::DimAttr>().dim;
  const ir::Type& updates = call.operand_type(0);
  const auto& nest = updates.dims;
  auto size = static_cast<double>(extents.size(dim));
  int64_t stride = extents.strides(call.type(), {dim})[0];
  const double* values = call.operand(0).values.data();
  const double* indices = call.operand(1).values.data();
  bool of_i32 = call.of_i32();
  Array result = call.make();
  for_each_element<3>(call.operand(0).shape,
                      {extents.strides(updates, nest), extents.strides(call.operand_type(1), nest),
                       indexed_strides(call, call.type(), dim, nest)},
                      [&](const auto& at) {
                        double index = indices[at[1]];
                        if (index < 0 || index >= size) return;
                        double& out =
                            result.values[static_cast<size_t>(at[2] + static_cast<int64_t>(index) * stride)];
                        out += values[at[0]];
                        if (of_i32) out = wrapped(static_cast<int64_t>(out));
                      });
  return result;
}

}  // namespace rnnc::interp
