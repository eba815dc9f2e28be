// Ops of one, two and three elements. Two calls that write instructions never stand in one argument list,
// whose order compilers choose: the same function comes out of every build. Local derivatives that can be
// infinite or NaN go through Emitter::scaled and divided, which let a cotangent of 0 win.
#include <cmath>
#include <optional>

#include "compiler/autodiff/rules.h"

namespace rnnc::autodiff {

using ir::Op;
using ir::ValueId;

void vjp_neg(Step& step) { step.give(0, step.emit().neg(step.cotangent())); }

// Slope 0 at 0.
void vjp_abs(Step& step) {
  Emitter& emit = step.emit();
  ValueId a = step.operand(0), zero = emit.zeros(a);
  ValueId negative = emit.less(a, zero), positive = emit.less(zero, a);
  ValueId mirrored = step.build().select(negative, emit.neg(step.cotangent()), zero);
  step.give(0, step.build().select(positive, step.cotangent(), mirrored));
}

void vjp_exp(Step& step) {
  step.give(0, step.emit().scaled(step.cotangent(), step.result(), step.result_range().finite()));
}

void vjp_log(Step& step) {
  bool finite = step.range(0).positive() && !step.range(0).nan;
  step.give(0, step.emit().divided(step.cotangent(), step.operand(0), finite));
}

// 1 / (2 √a), infinite at 0.
void vjp_sqrt(Step& step) {
  Emitter& emit = step.emit();
  bool finite = step.range(0).positive() && !step.range(0).nan;
  ValueId root = step.result();
  step.give(0, emit.divided(step.cotangent(), emit.add(root, root), finite));
}

// s (1 − s)
void vjp_sigmoid(Step& step) {
  Emitter& emit = step.emit();
  ValueId s = step.result();
  ValueId slope = emit.mul(s, emit.sub(emit.number(1, s), s));
  step.give(0, emit.scaled(step.cotangent(), slope, !step.range(0).nan));
}

// 1 − t²
void vjp_tanh(Step& step) {
  Emitter& emit = step.emit();
  ValueId t = step.result();
  ValueId square = emit.mul(t, t);
  ValueId slope = emit.sub(emit.number(1, t), square);
  step.give(0, emit.scaled(step.cotangent(), slope, !step.range(0).nan));
}

void vjp_softplus(Step& step) {
  ValueId slope = step.build().unary(Op::sigmoid, step.operand(0));
  step.give(0, step.emit().scaled(step.cotangent(), slope, !step.range(0).nan));
}

void vjp_sin(Step& step) {
  ValueId slope = step.build().unary(Op::cos, step.operand(0));
  step.give(0, step.emit().scaled(step.cotangent(), slope, step.range(0).finite()));
}

void vjp_cos(Step& step) {
  Emitter& emit = step.emit();
  ValueId slope = emit.neg(step.build().unary(Op::sin, step.operand(0)));
  step.give(0, emit.scaled(step.cotangent(), slope, step.range(0).finite()));
}

// Both sides are real, or no cotangent would be here: the identity.
void vjp_cast(Step& step) { step.give(0, step.cotangent()); }

void vjp_add(Step& step) {
  step.give(0, step.cotangent());
  step.give(1, step.cotangent());
}

void vjp_sub(Step& step) {
  step.give(0, step.cotangent());
  if (step.wants(1)) step.give(1, step.emit().neg(step.cotangent()));
}

void vjp_mul(Step& step) {
  for (size_t i : {0u, 1u}) {
    if (!step.wants(i)) continue;
    step.give(i, step.emit().scaled(step.cotangent(), step.operand(1 - i), step.range(1 - i).finite()));
  }
}

// q = a / b:  da = ct / b,  db = −da · q
void vjp_div(Step& step) {
  Emitter& emit = step.emit();
  bool divisor_fine = !step.range(1).has_zero() && !step.range(1).nan;
  ValueId of_a = emit.divided(step.cotangent(), step.operand(1), divisor_fine);
  step.give(0, of_a);
  if (!step.wants(1)) return;
  bool quotient_fine = divisor_fine && step.result_range().finite();
  step.give(1, emit.neg(emit.scaled(of_a, step.result(), quotient_fine)));
}

namespace {

// The number that all elements of the operand are, if it is a constant.
std::optional<double> uniform_constant(const Step& step, size_t operand) {
  const ir::Instr* producer = step.function().producer(step.instr().operands[operand]);
  if (producer == nullptr || producer->op != Op::constant) return std::nullopt;
  const std::vector<double>& values = std::get<ir::ConstAttr>(producer->attributes).values;
  if (values.size() != 1) return std::nullopt;
  return values[0];
}

// p · x^(p − 1) for a constant p.
void give_power_of_base(Step& step, double exponent) {
  Emitter& emit = step.emit();
  if (exponent == 0) return;
  if (exponent == 1) return step.give(0, step.cotangent());
  const Range& base = step.range(0);
  ValueId x = step.operand(0);
  if (exponent == 2) return step.give(0, emit.scaled(step.cotangent(), emit.add(x, x), base.finite()));
  bool whole = std::floor(exponent) == exponent;
  bool finite = base.finite() && (base.positive() || (exponent > 1 && (whole || base.low >= 0)));
  ValueId power = step.build().binary(Op::pow, x, emit.number(exponent - 1, x));
  step.give(0, emit.scaled(step.cotangent(), emit.mul(emit.number(exponent, x), power), finite));
}

}  // namespace

// y = x^p:  dx = ct · p · x^(p − 1), and 0 where p is 0;  dp = ct · y · log x where x > 0, else 0
void vjp_pow(Step& step) {
  Emitter& emit = step.emit();
  ir::Builder& build = step.build();
  if (step.wants(0)) {
    if (std::optional<double> exponent = uniform_constant(step, 1)) {
      give_power_of_base(step, *exponent);
    } else {
      ValueId x = step.operand(0), p = step.operand(1), zero = emit.zeros(x);
      ValueId slope = emit.mul(p, build.binary(Op::pow, x, emit.sub(p, emit.number(1, p))));
      bool finite = step.range(0).positive() && step.range(0).finite() && step.range(1).finite();
      step.give(0, emit.scaled(step.cotangent(), build.select(emit.equal(p, zero), zero, slope), finite));
    }
  }
  if (step.wants(1)) {
    ValueId x = step.operand(0), y = step.result(), zero = emit.zeros(x);
    ValueId slope = emit.mul(y, build.unary(Op::log, x));
    ValueId above =
        emit.scaled(step.cotangent(), slope, step.range(0).finite() && step.result_range().finite());
    step.give(1, build.select(emit.less(zero, x), above, zero));
  }
}

namespace {

// The cotangent goes to the second operand where `second` holds, else to the first: a choice, never a
// product.
void give_chosen(Step& step, ValueId second) {
  ValueId zero = step.emit().zeros(step.cotangent());
  if (step.wants(0)) step.give(0, step.build().select(second, zero, step.cotangent()));
  if (step.wants(1)) step.give(1, step.build().select(second, step.cotangent(), zero));
}

}  // namespace

void vjp_max(Step& step) {
  ValueId a = step.operand(0), b = step.operand(1);
  give_chosen(step, step.emit().less(a, b));
}

void vjp_min(Step& step) {
  ValueId a = step.operand(0), b = step.operand(1);
  give_chosen(step, step.emit().less(b, a));
}

void vjp_select(Step& step) {
  ValueId zero = step.emit().zeros(step.cotangent());
  if (step.wants(1)) step.give(1, step.build().select(step.operand(0), step.cotangent(), zero));
  if (step.wants(2)) step.give(2, step.build().select(step.operand(0), zero, step.cotangent()));
}

}  // namespace rnnc::autodiff
