#include <algorithm>

#include "compiler/interp/ops.h"

namespace rnnc::interp {

namespace {

using ir::DimId;

struct Loops {
  std::vector<DimId> nest;
  Strides result, a, b;
};

// How many of the arrays are walked in jumps along the d-th dim of the nest.
int jumps(const Loops& loops, size_t d) {
  int count = 0;
  for (const Strides* strides : {&loops.result, &loops.a, &loops.b}) count += (*strides)[d] > 1 ? 1 : 0;
  return count;
}

Loops with_strides(const Call& call, std::vector<DimId> nest) {
  const Extents& extents = call.extents();
  Loops loops{std::move(nest), {}, {}, {}};
  loops.result = extents.strides(call.type(), loops.nest);
  loops.a = extents.strides(call.operand_type(0), loops.nest);
  loops.b = extents.strides(call.operand_type(1), loops.nest);
  return loops;
}

// The dims of the result outside, the summed ones within, and innermost one of the result or the last summed
// one, whichever walks through memory best. Any of these nests adds up each element in row-major order of the
// dims summed.
Loops choose_loops(const Call& call) {
  std::vector<DimId> nest = call.type().dims;
  const auto& over = call.attribute<ir::OverAttr>().over;
  size_t kept = nest.size();
  for (DimId dim : call.operand_type(0).dims) {
    if (in(over, dim)) nest.push_back(dim);
  }
  Loops loops = with_strides(call, nest);
  if (nest.empty()) return loops;
  size_t best = nest.size() - 1;
  for (size_t d = 0; d < kept; ++d) {
    if (jumps(loops, d) < jumps(loops, best)) best = d;
  }
  std::rotate(nest.begin() + static_cast<ptrdiff_t>(best), nest.begin() + static_cast<ptrdiff_t>(best) + 1,
              nest.end());
  return with_strides(call, std::move(nest));
}

void add_dot(double& result, const double* a, int64_t step_a, const double* b, int64_t step_b,
             int64_t count) {
  double sum = result;
  for (int64_t i = 0; i < count; ++i) sum += a[i * step_a] * b[i * step_b];
  result = sum;
}

// result += a · b with one number a.
void add_scaled(double* result, double a, const double* b, int64_t count) {
  for (int64_t i = 0; i < count; ++i) result[i] += a * b[i];
}

}  // namespace

Array eval_contract(const Call& call) {
  Array result = call.make();
  Loops loops = choose_loops(call);
  auto shape = call.extents().shape({ir::Element::real, loops.nest});
  for_each_row<3>(shape, {loops.result, loops.a, loops.b},
                  [&](const auto& at, int64_t count, const auto& step) {
                    double* out = result.values.data() + at[0];
                    const double* a = call.operand(0).values.data() + at[1];
                    const double* b = call.operand(1).values.data() + at[2];
                    if (step[0] == 0) return add_dot(*out, a, step[1], b, step[2], count);
                    if (step[0] == 1 && step[1] == 0 && step[2] == 1) return add_scaled(out, *a, b, count);
                    if (step[0] == 1 && step[1] == 1 && step[2] == 0) return add_scaled(out, *b, a, count);
                    for (int64_t i = 0; i < count; ++i) out[i * step[0]] += a[i * step[1]] * b[i * step[2]];
                  });
  return result;
}

}  // namespace rnnc::interp
