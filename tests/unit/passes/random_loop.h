// Seeded random scans as cells have them: several carries that read each other or not, delays, accumulators
// with and without batch, products with weights, sums over the batch, joins and slices, outs of all kinds.
// What random_ir.h grows by chance is here on purpose.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/rewrite.h"
#include "tests/support/random_ir.h"

namespace rnnc::testing {

class RandomLoop {
 public:
  RandomLoop(uint64_t seed, size_t steps) : dice_(seed), dims_(module_.dims), steps_(steps) {}

  ir::Module make() {
    module_.name = "loop";
    module_.batch = dims_.B;
    module_.forward = ir::Function("forward");
    ir::Builder build(module_.dims, module_.forward);
    each_ = {build.input("x", over_time(row())), build.input("u", over_time(row()))};
    with_ = {build.param("W", matrix()), build.param("V", wide_matrix()), build.param("b", vector()),
             build.input("z", row())};
    add_first(build);
    write_body();
    ir::ScanAttr attr;
    attr.direction = dice_.of<ir::Direction>({ir::Direction::forward, ir::Direction::backward});
    attr.time = dims_.T;
    attr.outs = static_cast<uint32_t>(outs_);
    attr.body = body_;
    std::vector<ir::ValueId> results = build.scan(attr, each_, with_, first_);
    // Some results are not read, and what is read is sometimes read by more than the border.
    for (size_t i = 0; i < results.size(); ++i) {
      if (!dice_.chance(70)) continue;
      ir::ValueId value = dice_.chance(30) ? build.unary(ir::Op::tanh, results[i]) : results[i];
      module_.forward.add_result("r" + std::to_string(i), value);
    }
    return std::move(module_);
  }

 private:
  using Op = ir::Op;

  ir::Type row() const { return {ir::Element::real, {dims_.B, dims_.H}}; }
  ir::Type vector() const { return {ir::Element::real, {dims_.H}}; }
  ir::Type matrix() const { return {ir::Element::real, {dims_.K, dims_.H}}; }
  ir::Type wide_matrix() const { return {ir::Element::real, {dims_.HH, dims_.H}}; }
  ir::Type over_time(ir::Type type) const {
    type.dims.insert(type.dims.begin(), dims_.T);
    return type;
  }

  // Carries: states, of which some become delays, then accumulators.
  void add_first(ir::Builder& build) {
    states_ = 1 + dice_.below(3);
    delays_ = dice_.below(3);
    sums_ = dice_.below(3);
    for (size_t i = 0; i < states_ + delays_; ++i) {
      first_.push_back(dice_.chance(50) ? build.constant(0, row())
                                        : build.input("state." + std::to_string(i), row()));
    }
    kinds_ = {};
    for (size_t i = 0; i < sums_; ++i) {
      kinds_.push_back(dice_.of<ir::Type>({row(), matrix(), vector()}));
      first_.push_back(dice_.chance(70) ? build.constant(0, kinds_.back())
                                        : build.broadcast(build.constant(0.5, {}), kinds_.back()));
    }
  }

  void write_body() {
    body_ = std::make_shared<ir::Function>("cell");
    ir::Builder build(module_.dims, *body_);
    for (const char* name : {"x", "u"}) rows_.push_back(body_->add_parameter(row(), name));
    W_ = body_->add_parameter(matrix(), "W");
    V_ = body_->add_parameter(wide_matrix(), "V");
    b_ = body_->add_parameter(vector(), "b");
    rows_.push_back(body_->add_parameter(row(), "z"));
    std::vector<ir::ValueId> carries;
    for (size_t i = 0; i < states_ + delays_; ++i) {
      carries.push_back(body_->add_parameter(row(), "s" + std::to_string(i)));
      rows_.push_back(carries.back());
    }
    std::vector<ir::ValueId> accumulators;
    for (const ir::Type& type : kinds_) accumulators.push_back(body_->add_parameter(type, "a"));
    // Each state reads what is there when its turn comes, so that groups of one and of several arise.
    std::vector<ir::ValueId> next;
    for (size_t i = 0; i < states_; ++i) {
      for (size_t j = 0; j < steps_; ++j) rows_.push_back(step(build));
      ir::ValueId value = dice_.chance(60) ? build.binary(Op::add, carries[i], rows_.back()) : rows_.back();
      next.push_back(build.unary(Op::tanh, value));
      rows_.push_back(next.back());
    }
    for (size_t i = 0; i < delays_; ++i) next.push_back(dice_.of(rows_));
    for (ir::ValueId accumulator : accumulators) next.push_back(added(build, accumulator));
    outs_ = 1 + dice_.below(3);
    for (size_t i = 0; i < outs_; ++i) body_->add_result("y" + std::to_string(i), dice_.of(rows_));
    for (size_t i = 0; i < next.size(); ++i) body_->add_result("s" + std::to_string(i), next[i]);
  }

  ir::ValueId recent() {
    return dice_.chance(60) ? rows_[rows_.size() - 1 - dice_.below(3)] : dice_.of(rows_);
  }

  ir::ValueId step(ir::Builder& build) {
    ir::ValueId a = recent(), b = dice_.of(rows_);
    switch (dice_.below(10)) {
      case 0:
        return build.unary(dice_.of<Op>({Op::sigmoid, Op::tanh, Op::sin, Op::neg, Op::softplus}), a);
      case 1:
        return build.binary(dice_.of<Op>({Op::add, Op::sub, Op::max, Op::min}), a, b);
      case 2:
        return build.binary(Op::mul, build.unary(Op::sigmoid, a), b);
      case 3:
        return build.select(build.binary(Op::less, a, b), dice_.of(rows_), b);
      case 4:
      case 5:
        return product(build, a);
      case 6:
        return joined(build, a, b);
      case 7:
        return sliced(build, a, b);
      case 8:
        return build.binary(Op::add, a, build.broadcast(b_, row()));
      default:
        return over_batch(build, a);
    }
  }

  ir::ValueId product(ir::Builder& build, ir::ValueId a) {
    ir::ValueId made = build.contract(W_, a, {dims_.H}, {ir::Element::real, {dims_.B, dims_.K}});
    return build.view(build.unary(Op::sin, made), row().dims);
  }

  // W over a join of two, as [h, x] is written.
  ir::ValueId joined(ir::Builder& build, ir::ValueId a, ir::ValueId b) {
    ir::ValueId join = build.concat({a, b}, dims_.HH, {dims_.B, dims_.HH});
    return build.unary(Op::tanh, build.contract(V_, join, {dims_.HH}, row()));
  }

  // One product for two gates.
  ir::ValueId sliced(ir::Builder& build, ir::ValueId a, ir::ValueId b) {
    ir::ValueId both = build.contract(V_, a, {dims_.H}, {ir::Element::real, {dims_.B, dims_.HH}});
    both = build.unary(Op::tanh, both);
    ir::ValueId first = build.slice(both, dims_.HH, dims_.H, 0),
                second = build.slice(both, dims_.HH, dims_.H, 3);
    return build.binary(Op::add, build.binary(Op::mul, first, b), second);
  }

  ir::ValueId over_batch(ir::Builder& build, ir::ValueId a) {
    ir::ValueId mean = build.reduce(ir::Reduction::sum, build.unary(Op::sin, a), {dims_.B});
    return build.broadcast(build.unary(Op::sin, mean), row());
  }

  ir::ValueId added(ir::Builder& build, ir::ValueId accumulator) {
    const ir::Type type = build.type(accumulator);
    ir::ValueId total = accumulator;
    for (size_t i = 0; i < 1 + dice_.below(2); ++i) {
      total = build.binary(dice_.chance(70) ? Op::add : Op::sub, total, term(build, type));
    }
    return total;
  }

  ir::ValueId term(ir::Builder& build, const ir::Type& type) {
    ir::ValueId a = recent(), b = dice_.of(rows_);
    if (type == vector()) return build.reduce(ir::Reduction::sum, a, {dims_.B});
    if (type == matrix()) return build.contract(build.view(a, {dims_.B, dims_.K}), b, {dims_.B}, matrix());
    return dice_.chance(50) ? build.binary(Op::mul, a, b) : a;
  }

  Dice dice_;
  ir::Module module_;
  RandomDims dims_;
  size_t steps_, states_ = 0, delays_ = 0, sums_ = 0, outs_ = 0;
  std::vector<ir::ValueId> each_, with_, first_, rows_;
  std::vector<ir::Type> kinds_;
  ir::ValueId W_, V_, b_;
  std::shared_ptr<ir::Function> body_;
};

inline ir::Module random_loop(uint64_t seed, size_t steps = 3) { return RandomLoop(seed, steps).make(); }

}  // namespace rnnc::testing
