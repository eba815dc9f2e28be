#include <cmath>

#include "compiler/interp/ops.h"

namespace rnnc::interp {

namespace {

template <class Function>
Array map(const Call& call, Function function) {
  const std::vector<double>& a = call.operand(0).values;
  const std::vector<double>& b = call.operand(1).values;
  Array result = call.make();
  for (size_t i = 0; i < a.size(); ++i) result.values[i] = function(a[i], b[i]);
  return result;
}

template <class Function>
Array map_i32(const Call& call, Function function) {
  return map(call, [&](double a, double b) {
    return wrapped(function(static_cast<int64_t>(a), static_cast<int64_t>(b)));
  });
}

}  // namespace

Array eval_add(const Call& call) {
  if (call.of_i32()) return map_i32(call, [](int64_t a, int64_t b) { return a + b; });
  return map(call, [](double a, double b) { return a + b; });
}

Array eval_sub(const Call& call) {
  if (call.of_i32()) return map_i32(call, [](int64_t a, int64_t b) { return a - b; });
  return map(call, [](double a, double b) { return a - b; });
}

Array eval_mul(const Call& call) {
  if (call.of_i32()) return map_i32(call, [](int64_t a, int64_t b) { return a * b; });
  return map(call, [](double a, double b) { return a * b; });
}

Array eval_div(const Call& call) {
  return map(call, [](double a, double b) { return a / b; });
}
Array eval_pow(const Call& call) {
  return map(call, [](double a, double b) { return std::pow(a, b); });
}
Array eval_max(const Call& call) { return map(call, larger); }
Array eval_min(const Call& call) { return map(call, smaller); }
Array eval_less(const Call& call) {
  return map(call, [](double a, double b) { return a < b ? 1.0 : 0.0; });
}
Array eval_equal(const Call& call) {
  return map(call, [](double a, double b) { return a == b ? 1.0 : 0.0; });
}

Array eval_select(const Call& call) {
  const std::vector<double>& condition = call.operand(0).values;
  const std::vector<double>& yes = call.operand(1).values;
  const std::vector<double>& no = call.operand(2).values;
  Array result = call.make();
  for (size_t i = 0; i < condition.size(); ++i) result.values[i] = condition[i] != 0 ? yes[i] : no[i];
  return result;
}

}  // namespace rnnc::interp
