#include "compiler/interp/structure.h"
#include "compiler/interp/ops.h"

namespace rnnc::interp {

void copy_elements(const std::vector<int64_t>& shape, const double* from, const Strides& from_strides,
                   double* to, const Strides& to_strides) {
  for_each_row<2>(shape, {from_strides, to_strides}, [&](const auto& at, int64_t count, const auto& step) {
    const double* in = from + at[0];
    double* out = to + at[1];
    for (int64_t i = 0; i < count; ++i) out[i * step[1]] = in[i * step[0]];
  });
}

Array eval_broadcast(const Call& call) {
  Array result = call.make();
  const auto& nest = call.type().dims;
  copy_elements(result.shape, call.operand(0).values.data(),
                call.extents().strides(call.operand_type(0), nest), result.values.data(),
                call.extents().strides(call.type(), nest));
  return result;
}

Array eval_view(const Call& call) {
  return {call.type().element, call.extents().shape(call.type()), call.operand(0).values};
}

Array eval_concat(const Call& call) {
  Array result = call.make();
  const auto& nest = call.type().dims;
  ir::DimId along = call.attribute<ir::DimAttr>().dim;
  auto place = static_cast<size_t>(call.type().position(along));
  Strides to = call.extents().strides(call.type(), nest);
  int64_t start = 0;
  for (size_t i = 0; i < call.operands(); ++i) {
    const ir::Type& part = call.operand_type(i);
    copy_elements(call.operand(i).shape, call.operand(i).values.data(),
                  call.extents().strides(part, part.dims), result.values.data() + start * to[place], to);
    start += call.operand(i).shape[place];
  }
  return result;
}

Array eval_slice(const Call& call) {
  Array result = call.make();
  const auto& range = call.attribute<ir::RangeAttr>();
  const ir::Type& wide = call.operand_type(0);
  Strides from = call.extents().strides(wide, wide.dims);
  int64_t start = range.start * from[static_cast<size_t>(wide.position(range.from))];
  copy_elements(result.shape, call.operand(0).values.data() + start, from, result.values.data(),
                call.extents().strides(call.type(), call.type().dims));
  return result;
}

Array eval_pad(const Call& call) {
  Array result = call.make();
  const auto& range = call.attribute<ir::RangeAttr>();
  const ir::Type& narrow = call.operand_type(0);
  Strides to = call.extents().strides(call.type(), call.type().dims);
  int64_t start = range.start * to[static_cast<size_t>(call.type().position(range.to))];
  copy_elements(call.operand(0).shape, call.operand(0).values.data(),
                call.extents().strides(narrow, narrow.dims), result.values.data() + start, to);
  return result;
}

}  // namespace rnnc::interp
