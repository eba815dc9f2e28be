#include "compiler/interp/clear.h"

#include <algorithm>

namespace rnnc::interp {

namespace {

using ir::DimId;
using ir::DimKind;

DimId batch_of(const Context& context, const ir::Type& type) {
  auto batch = context.extents.of_kind(type, DimKind::batch);
  return batch.empty() ? DimId{} : batch[0];
}

// Clears the elements of which outside(b, t) holds; t is 0 if there is no time.
template <class Outside>
void clear_where(const Context& context, const ir::Type& type, DimId time, Array& array, Outside&& outside) {
  const auto& nest = type.dims;
  for_each_row<3>(array.shape,
                  {context.extents.strides(type, nest), Extents::counter(batch_of(context, type), nest),
                   Extents::counter(time, nest)},
                  [&](const auto& at, int64_t count, const auto& step) {
                    double* values = array.values.data() + at[0];
                    if (step[1] == 0 && step[2] == 0) {
                      if (outside(at[1], at[2])) std::fill(values, values + count, 0.0);
                      return;
                    }
                    for (int64_t i = 0; i < count; ++i) {
                      if (outside(at[1] + i * step[1], at[2] + i * step[2])) values[i] = 0;
                    }
                  });
}

}  // namespace

bool has_outside(const Context& context, const ir::Type& type) {
  if (!batch_of(context, type).valid()) return false;
  auto times = context.extents.of_kind(type, DimKind::time);
  return !context.running.all ||
         std::any_of(times.begin(), times.end(), [&](DimId time) { return context.extents.ragged(time); });
}

void clear_outside(const Context& context, const ir::Type& type, Array& array) {
  if (!has_outside(context, type)) return;
  if (!context.running.all) {
    clear_where(context, type, {}, array,
                [&](int64_t b, int64_t) { return !context.running.rows[static_cast<size_t>(b)]; });
  }
  for (DimId time : context.extents.of_kind(type, DimKind::time)) {
    if (!context.extents.ragged(time)) continue;
    const auto& lengths = context.extents.lengths(time);
    clear_where(context, type, time, array,
                [&](int64_t b, int64_t t) { return t >= lengths[static_cast<size_t>(b)]; });
  }
}

Ref cleared(const Context& context, const ir::Type& type, const Ref& array) {
  if (!has_outside(context, type)) return array;
  auto copy = std::make_shared<Array>(*array);
  clear_outside(context, type, *copy);
  return copy;
}

}  // namespace rnnc::interp
