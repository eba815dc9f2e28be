#include "compiler/interp/ops.h"

namespace rnnc::interp {

namespace {

using ir::DimId;

// The recurrence over one step of all sequences that have it: state = next(state, place of the step's
// elements).
class Recurrence {
 public:
  explicit Recurrence(const Call& call)
      : call_(call),
        prefix_(call.attribute<ir::PrefixAttr>()),
        step_(call.type().without(prefix_.time)),
        time_stride_(call.extents().strides(call.type(), {prefix_.time})[0]),
        state_(call.operand(call.operands() - 1)),
        result_(call.make()) {}

  // next(state before, index into a and b).
  template <class Next>
  Array run(Next next) {
    int64_t steps = call_.extents().longest(prefix_.time);
    for (int64_t k = 0; k < steps; ++k) {
      step(prefix_.direction == ir::Direction::forward ? k : steps - 1 - k, next);
    }
    return std::move(result_);
  }

 private:
  template <class Next>
  void step(int64_t t, Next& next) {
    const Extents& extents = call_.extents();
    const auto& lengths = extents.lengths(prefix_.time);
    DimId batch = extents.of_kind(step_, ir::DimKind::batch)[0];
    for_each_element<3>(state_.shape,
                        {extents.strides(step_, step_.dims), extents.strides(call_.type(), step_.dims),
                         Extents::counter(batch, step_.dims)},
                        [&](const auto& at) {
                          if (t >= lengths[static_cast<size_t>(at[2])]) return;
                          auto place = static_cast<size_t>(at[1] + t * time_stride_);
                          double& state = state_.values[static_cast<size_t>(at[0])];
                          state = next(state, place);
                          result_.values[place] = state;
                        });
  }

  const Call& call_;
  const ir::PrefixAttr& prefix_;
  ir::Type step_;
  int64_t time_stride_;
  Array state_, result_;
};

Array eval_affine(const Call& call) {
  const std::vector<double>& a = call.operand(0).values;
  const std::vector<double>& b = call.operand(1).values;
  if (call.attribute<ir::PrefixAttr>().semiring == ir::Semiring::plus_times) {
    return Recurrence(call).run([&](double state, size_t i) { return a[i] * state + b[i]; });
  }
  return Recurrence(call).run([&](double state, size_t i) { return larger(a[i] + state, b[i]); });
}

}  // namespace

Array eval_prefix(const Call& call) {
  const std::vector<double>& b = call.operand(0).values;
  switch (call.attribute<ir::PrefixAttr>().kind) {
    case ir::PrefixKind::sum:
      return Recurrence(call).run([&](double state, size_t i) { return state + b[i]; });
    case ir::PrefixKind::max:
      return Recurrence(call).run([&](double state, size_t i) { return larger(state, b[i]); });
    case ir::PrefixKind::affine:
      break;
  }
  return eval_affine(call);
}

}  // namespace rnnc::interp
