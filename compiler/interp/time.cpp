#include "compiler/interp/ops.h"
#include "compiler/interp/structure.h"

namespace rnnc::interp {

using ir::DimId;

Array eval_shift(const Call& call) {
  const auto& shift = call.attribute<ir::ShiftAttr>();
  const Extents& extents = call.extents();
  const ir::Type& type = call.type();
  ir::Type step = type.without(shift.time);
  int64_t time_stride = extents.strides(type, {shift.time})[0];
  Strides strides = extents.strides(type, step.dims), step_strides = extents.strides(step, step.dims);
  Array result = call.make();
  for (int64_t t = 0; t < extents.size(shift.time); ++t) {
    double* to = result.values.data() + t * time_stride;
    int64_t source = t - shift.by;
    if (source >= 0 && source < extents.size(shift.time)) {
      copy_elements(extents.shape(step), call.operand(0).values.data() + source * time_stride, strides, to,
                    strides);
    } else if (source < 0 && call.operands() > 1) {
      copy_elements(extents.shape(step), call.operand(static_cast<size_t>(-source)).values.data(),
                    step_strides, to, strides);
    }
  }
  return result;
}

Array eval_flip(const Call& call) {
  DimId time = call.attribute<ir::FlipAttr>().time;
  const Extents& extents = call.extents();
  const ir::Type& type = call.type();
  const auto& lengths = extents.lengths(time);
  int64_t time_stride = extents.strides(type, {time})[0];
  DimId batch = extents.of_kind(type, ir::DimKind::batch)[0];
  const double* from = call.operand(0).values.data();
  Array result = call.make();
  for_each_element<3>(result.shape,
                      {extents.strides(type, type.dims), Extents::counter(batch, type.dims),
                       Extents::counter(time, type.dims)},
                      [&](const auto& at) {
                        int64_t mirrored = lengths[static_cast<size_t>(at[1])] - 1 - at[2];
                        if (mirrored < 0) return;
                        result.values[static_cast<size_t>(at[0])] =
                            from[at[0] + (mirrored - at[2]) * time_stride];
                      });
  return result;
}

}  // namespace rnnc::interp
