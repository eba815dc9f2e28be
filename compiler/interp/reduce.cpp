#include <algorithm>

#include "compiler/interp/clear.h"
#include "compiler/interp/ops.h"

namespace rnnc::interp {

namespace {

// combine(sum so far, element) over all elements in row-major order, from zeros.
template <class Combine>
Array accumulate(const Call& call, Combine combine) {
  const ir::Type& type = call.operand_type(0);
  const Array& a = call.operand(0);
  Array result = call.make();
  for_each_row<2>(a.shape,
                  {call.extents().strides(call.type(), type.dims), call.extents().strides(type, type.dims)},
                  [&](const auto& at, int64_t count, const auto& step) {
                    double* out = result.values.data() + at[0];
                    const double* in = a.values.data() + at[1];
                    for (int64_t i = 0; i < count; ++i) {
                      out[i * step[0]] = combine(out[i * step[0]], in[i * step[1]]);
                    }
                  });
  return result;
}

// The first extreme element. The zeros past the ends of sequences are no elements, so each place begins with
// the first real one.
template <class Combine>
Array extreme(const Call& call, Combine combine) {
  const ir::Type& type = call.operand_type(0);
  const Array& a = call.operand(0);
  Array inside = a;
  std::fill(inside.values.begin(), inside.values.end(), 1.0);
  clear_outside(call.context(), type, inside);
  Array result = call.make();
  std::vector<uint8_t> begun(result.values.size(), 0);
  for_each_element<2>(
      a.shape, {call.extents().strides(call.type(), type.dims), call.extents().strides(type, type.dims)},
      [&](const auto& at) {
        auto to = static_cast<size_t>(at[0]), from = static_cast<size_t>(at[1]);
        if (inside.values[from] == 0) return;
        double& out = result.values[to];
        out = begun[to] ? combine(out, a.values[from]) : a.values[from];
        begun[to] = 1;
      });
  return result;
}

}  // namespace

Array eval_reduce(const Call& call) {
  switch (call.attribute<ir::ReduceAttr>().reduction) {
    case ir::Reduction::sum:
      break;
    case ir::Reduction::max:
      return extreme(call, larger);
    case ir::Reduction::min:
      return extreme(call, smaller);
  }
  if (call.of_i32()) {
    return accumulate(
        call, [](double a, double b) { return wrapped(static_cast<int64_t>(a) + static_cast<int64_t>(b)); });
  }
  return accumulate(call, [](double a, double b) { return a + b; });
}

}  // namespace rnnc::interp
