#include "compiler/autodiff/time.h"

#include "compiler/autodiff/rules.h"

namespace rnnc::autodiff {

using ir::Direction;
using ir::ValueId;

namespace {

// The step `index` of every sequence; 0 where a sequence has no such step.
ValueId at_step(Emitter& emit, ValueId over_time, ir::DimId time, int index,
                const std::vector<ir::DimId>& dims) {
  ValueId indices = emit.build.constant(index, ir::Type{ir::Element::i32, {}});
  return emit.build.gather(over_time, time, indices, dims);
}

}  // namespace

Direction opposite(Direction direction) {
  return direction == Direction::forward ? Direction::backward : Direction::forward;
}

ValueId previous(Emitter& emit, ValueId over_time, ir::DimId time, Direction direction, ValueId first) {
  ir::Builder& build = emit.build;
  std::vector<ValueId> before;
  if (first.valid()) before.push_back(first);
  if (direction == Direction::forward) return build.shift(over_time, time, 1, before);
  // Looking ahead reads 0 past a sequence's end; any other first value goes in where the reversed sequence
  // starts.
  if (!first.valid()) return build.shift(over_time, time, -1);
  return build.flip(build.shift(build.flip(over_time, time), time, 1, before), time);
}

ValueId at_start(Emitter& emit, ValueId over_time, ir::DimId time, Direction direction) {
  ir::Builder& build = emit.build;
  std::vector<ir::DimId> dims = build.type(over_time).without(time).dims;
  if (direction == Direction::backward) over_time = build.flip(over_time, time);
  return at_step(emit, over_time, time, 0, dims);
}

// y[t] = x[t − by]. The value j steps before the start was read at t = by − j.
void vjp_shift(Step& step) {
  const auto& attr = step.attr<ir::ShiftAttr>();
  if (step.wants(0)) step.give(0, step.build().shift(step.cotangent(), attr.time, -attr.by));
  for (size_t j = 1; j < step.instr().operands.size(); j++) {
    if (!step.wants(j)) continue;
    int read_at = attr.by - static_cast<int>(j);
    step.give(j, at_step(step.emit(), step.cotangent(), attr.time, read_at, step.type(j).dims));
  }
}

void vjp_flip(Step& step) {
  step.give(0, step.build().flip(step.cotangent(), step.attr<ir::FlipAttr>().time));
}

namespace {

// A prefix s[t] = A[t] s[t−1] + ..., where A is 1, a coefficient, or a choice (below), seen from behind: the
// cotangent that reaches s[t] by all later steps is D[t] = ct[t] + A[t+1] D[t+1].
class PrefixAdjoint {
 public:
  explicit PrefixAdjoint(Step& step)
      : step_(step),
        emit_(step.emit()),
        attr_(step.attr<ir::PrefixAttr>()),
        affine_(attr_.kind == ir::PrefixKind::affine),
        added_(affine_ ? 1 : 0),
        first_(added_ + 1) {}

  void run() {
    if (attr_.kind == ir::PrefixKind::sum) return sum();
    if (affine_ && attr_.semiring == ir::Semiring::plus_times) return linear();
    choice();
  }

 private:
  void sum();
  void linear();
  void choice();

  ValueId before() {
    ValueId states = step_.result(), first = step_.operand(first_);
    return previous(emit_, states, attr_.time, attr_.direction, first);
  }
  ValueId start_of(ValueId value) { return at_start(emit_, value, attr_.time, attr_.direction); }
  ValueId no_state() { return emit_.zeros(step_.type(first_)); }
  // D for coefficients A.
  ValueId total(ValueId coefficients) {
    Direction back = opposite(attr_.direction);
    ValueId handed_on = previous(emit_, coefficients, attr_.time, back);
    ir::PrefixAttr how{ir::PrefixKind::affine, ir::Semiring::plus_times, attr_.time, back};
    return step_.build().prefix(how, {handed_on, step_.cotangent(), no_state()});
  }

  Step& step_;
  Emitter& emit_;
  const ir::PrefixAttr& attr_;
  bool affine_;
  size_t added_, first_;  // operands
};

void PrefixAdjoint::sum() {
  ir::PrefixAttr how = attr_;
  how.direction = opposite(attr_.direction);
  ValueId total = step_.build().prefix(how, {step_.cotangent(), no_state()});
  step_.give(added_, total);
  if (step_.wants(first_)) step_.give(first_, start_of(total));
}

// s = a s' + b:  db = D,  da = D s',  of the first value a D where a sequence starts
void PrefixAdjoint::linear() {
  ValueId coefficients = step_.factor(0);
  ValueId all = total(coefficients);
  step_.give(added_, all);
  if (step_.wants(0)) {
    bool finite = step_.result_range().finite() && step_.range(first_).finite();
    step_.give(0, emit_.scaled(all, before(), finite));
  }
  if (step_.wants(first_)) {
    step_.give(first_, start_of(emit_.scaled(all, coefficients, step_.range(0).finite())));
  }
}

// s = max(s', b) or max(a + s', b): whichever won takes all of D, the carried one at a tie.
void PrefixAdjoint::choice() {
  ValueId carried = before();
  if (affine_) carried = emit_.add(step_.operand(0), carried);
  ValueId replaced = emit_.less(carried, step_.operand(added_));
  ValueId zero = emit_.zeros(carried);
  ValueId kept = step_.build().select(replaced, zero, emit_.number(1, carried));
  ValueId all = total(kept);
  ValueId of_carried = step_.build().select(replaced, zero, all);
  step_.give(added_, step_.build().select(replaced, all, zero));
  if (affine_) step_.give(0, of_carried);
  if (step_.wants(first_)) step_.give(first_, start_of(of_carried));
}

}  // namespace

void vjp_prefix(Step& step) { PrefixAdjoint(step).run(); }

}  // namespace rnnc::autodiff
