#include <cmath>

#include "compiler/interp/ops.h"

namespace rnnc::interp {

namespace {

template <class Function>
Array map(const Call& call, Function function) {
  const std::vector<double>& a = call.operand(0).values;
  Array result = call.make();
  for (size_t i = 0; i < a.size(); ++i) result.values[i] = function(a[i]);
  return result;
}

int64_t whole(double x) { return static_cast<int64_t>(x); }

double sigmoid(double x) {
  // e^x of the negative side keeps small results exact and never overflows.
  if (x >= 0) return 1 / (1 + std::exp(-x));
  double e = std::exp(x);
  return e / (1 + e);
}

double softplus(double x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::fabs(x))); }

double to_i32(double x) {
  if (x != x) return 0;
  if (x <= INT32_MIN) return INT32_MIN;
  if (x >= INT32_MAX) return INT32_MAX;
  return std::trunc(x) + 0.0;  // no -0 among whole numbers
}

}  // namespace

Array eval_neg(const Call& call) {
  if (call.of_i32()) return map(call, [](double x) { return wrapped(-whole(x)); });
  return map(call, [](double x) { return -x; });
}

Array eval_abs(const Call& call) {
  if (call.of_i32()) return map(call, [](double x) { return wrapped(std::abs(whole(x))); });
  return map(call, [](double x) { return std::fabs(x); });
}

Array eval_exp(const Call& call) {
  return map(call, [](double x) { return std::exp(x); });
}
Array eval_log(const Call& call) {
  return map(call, [](double x) { return std::log(x); });
}
Array eval_sqrt(const Call& call) {
  return map(call, [](double x) { return std::sqrt(x); });
}
Array eval_sigmoid(const Call& call) { return map(call, sigmoid); }
Array eval_tanh(const Call& call) {
  return map(call, [](double x) { return std::tanh(x); });
}
Array eval_softplus(const Call& call) { return map(call, softplus); }
Array eval_sin(const Call& call) {
  return map(call, [](double x) { return std::sin(x); });
}
Array eval_cos(const Call& call) {
  return map(call, [](double x) { return std::cos(x); });
}

Array eval_cast(const Call& call) {
  switch (call.type().element) {
    case ir::Element::real:
      break;
    case ir::Element::i32:
      return map(call, to_i32);
    case ir::Element::boolean:
      return map(call, [](double x) { return x != 0 ? 1.0 : 0.0; });
  }
  return map(call, [](double x) { return x; });
}

}  // namespace rnnc::interp
