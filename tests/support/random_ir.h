// Seeded random functions over every op: for tests that must hold of any function (round trips, rewrites,
// engines that agree).
//
// Numbers stay tame: what may overflow or divide is fed from tanh, so that results of different engines can
// be compared.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/builder.h"
#include "compiler/ir/module.h"
#include "tests/support/dice.h"

namespace rnnc::testing {

// The dims of all random modules.
struct RandomDims {
  explicit RandomDims(ir::DimTable& table)
      : B(table.add(ir::DimKind::batch, "B")),
        T(table.add(ir::DimKind::time, "T")),
        S(table.add(ir::DimKind::time, "T.source")),
        H(table.add(ir::DimKind::constant, "H", 3)),
        K(table.add(ir::DimKind::constant, "H", 3)),
        D(table.add(ir::DimKind::constant, "D", 2)),
        HD(table.add(ir::DimKind::constant, "H*D", 6)),
        HH(table.add(ir::DimKind::constant, "2*H", 6)) {}
  ir::DimId B, T, S, H, K, D, HD, HH;
};

// Grows one function (or body) by random instructions. Every value has B, so that all of them may be
// combined.
class RandomFunction {
 public:
  RandomFunction(Dice& dice, const ir::DimTable& table, const RandomDims& dims, ir::Function& function,
                 int depth)
      : dice_(dice), dims_(dims), table_(table), build_(table, function), depth_(depth) {}

  void add(ir::ValueId value) { pool_.push_back(value); }
  ir::Builder& build() { return build_; }

  void grow(size_t steps) {
    for (size_t i = 0; i < steps; ++i) {
      ir::ValueId value = next();
      if (dice_.chance(20)) build_.function().set_name(value, dice_.of(names_));
      pool_.push_back(value);
    }
  }

  // Any real value of the pool, with the wanted type.
  ir::ValueId real(const ir::Type& type) {
    std::vector<ir::ValueId> fitting;
    for (ir::ValueId value : pool_) {
      if (build_.type(value) == type) fitting.push_back(value);
    }
    if (!fitting.empty() && dice_.chance(90)) return dice_.of(fitting);
    return build_.constant(dice_.real(), type);
  }
  ir::ValueId any_real() {
    std::vector<ir::ValueId> fitting;
    for (ir::ValueId value : pool_) {
      if (build_.type(value).element == ir::Element::real) fitting.push_back(value);
    }
    return dice_.of(fitting);
  }

 private:
  using Op = ir::Op;

  ir::ValueId next() {
    ir::ValueId a = any_real();
    const ir::Type type = build_.type(a);
    ir::DimId time = time_of(type, table_);
    switch (dice_.below(time.valid() ? 16 : 12)) {
      case 0:
      case 1:
        return build_.unary(
            dice_.of<Op>({Op::neg, Op::abs, Op::sigmoid, Op::tanh, Op::softplus, Op::sin, Op::cos}), a);
      case 2:
        return guarded(a);
      case 3:
      case 4:
        return build_.binary(dice_.of<Op>({Op::add, Op::sub, Op::max, Op::min}), a, real(type));
      case 5:
        return build_.binary(Op::mul, tame(a), real(type));
      case 6:
        return chosen(a);
      case 7:
        return product(a);
      case 8:
        return reduced(a);
      case 9:
        return arranged(a);
      case 10:
        return indexed(a);
      case 11:
        return with_leaf(a);
      case 12:
        return build_.flip(a, time);
      case 13:
        return shifted(a, time);
      case 14:
        return prefixed(a, time);
      default:
        return scanned(a, time);
    }
  }

  ir::ValueId tame(ir::ValueId a) { return build_.unary(Op::tanh, a); }

  ir::ValueId guarded(ir::ValueId a) {
    const ir::Type type = build_.type(a);
    ir::ValueId positive = build_.binary(Op::add, build_.unary(Op::softplus, a), build_.constant(0.5, type));
    switch (dice_.below(6)) {
      case 0:
        return build_.unary(Op::exp, tame(a));
      case 1:
        return build_.unary(Op::log, positive);
      case 2:
        return build_.unary(Op::sqrt, positive);
      case 3:
        return build_.binary(Op::div, real(type), positive);
      case 4:
        return build_.binary(Op::pow, build_.unary(Op::log, positive), build_.constant(2, type));
      default:
        return build_.unary(Op::detach, a);
    }
  }

  ir::ValueId chosen(ir::ValueId a) {
    const ir::Type type = build_.type(a);
    ir::ValueId condition = build_.binary(Op::less, a, real(type));
    if (dice_.chance(30))
      condition =
          build_.binary(Op::equal, condition, build_.constant(0, type.with_element(ir::Element::boolean)));
    return dice_.chance(80) ? build_.select(condition, a, real(type))
                            : build_.cast(condition, ir::Element::real);
  }

  // a · W over H, or the outer product with a vector.
  ir::ValueId product(ir::ValueId a) {
    const ir::Type type = build_.type(a);
    if (type.has(dims_.H) && !type.has(dims_.K)) {
      ir::ValueId weights = build_.constant(matrix(9), {ir::Element::real, {dims_.K, dims_.H}});
      ir::ValueId mixed = build_.contract(tame(a), weights, {dims_.H});
      return renamed(mixed, dims_.K, dims_.H);
    }
    if (type.has(dims_.D) || type.has(dims_.HD)) return tame(a);
    ir::ValueId vector = build_.constant(matrix(2), {ir::Element::real, {dims_.D}});
    return build_.contract(a, vector, {});
  }

  ir::ValueId renamed(ir::ValueId a, ir::DimId from, ir::DimId to) {
    std::vector<ir::DimId> dims = symbols_first(build_.type(a)).dims;
    a = build_.broadcast(a, {ir::Element::real, dims});
    for (ir::DimId& dim : dims) {
      if (dim == from) dim = to;
    }
    return build_.view(a, dims);
  }

  ir::Type symbols_first(const ir::Type& type) const {
    ir::Type sorted{type.element, {}};
    for (bool constants : {false, true}) {
      for (ir::DimId dim : type.dims) {
        if ((table_[dim].kind == ir::DimKind::constant) == constants) sorted.dims.push_back(dim);
      }
    }
    return sorted;
  }

  // B stays, and with it everything that has a time.
  ir::ValueId reduced(ir::ValueId a) {
    std::vector<ir::DimId> over;
    for (ir::DimId dim : build_.type(a).dims) {
      if (dim != dims_.B && dice_.chance(50)) over.push_back(dim);
    }
    auto reduction = dice_.of<ir::Reduction>({ir::Reduction::sum, ir::Reduction::max, ir::Reduction::min});
    return build_.reduce(reduction, a, over);
  }

  ir::ValueId arranged(ir::ValueId a) {
    const ir::Type type = build_.type(a);
    if (type.has(dims_.H) && !type.has(dims_.HH) && dice_.chance(60)) {
      std::vector<ir::DimId> dims = type.dims;
      dims[static_cast<size_t>(type.position(dims_.H))] = dims_.HH;
      ir::ValueId wide = dice_.chance(50)
                             ? build_.concat({a, real(type)}, dims_.HH, dims)
                             : build_.pad(a, dims_.H, dims_.HH, static_cast<int64_t>(dice_.below(4)));
      return build_.slice(wide, dims_.HH, dims_.H, static_cast<int64_t>(dice_.below(4)));
    }
    if (type.has(dims_.H) && type.has(dims_.D) && !type.has(dims_.HD)) {
      ir::Type sorted = symbols_first(type);
      ir::ValueId flat = build_.broadcast(a, sorted);
      std::vector<ir::DimId> merged;
      for (ir::DimId dim : sorted.dims) {
        if (table_[dim].kind != ir::DimKind::constant) merged.push_back(dim);
      }
      merged.push_back(dims_.HD);
      return constants_of(sorted) == 2 ? build_.view(flat, merged) : flat;
    }
    ir::Type wider = type;
    for (ir::DimId dim : {dims_.T, dims_.H}) {
      bool body_time = depth_ > 0 && dim == dims_.T;
      if (!type.has(dim) && !body_time && dice_.chance(60)) wider.dims.insert(wider.dims.begin(), dim);
    }
    return build_.broadcast(a, wider);
  }

  size_t constants_of(const ir::Type& type) const {
    size_t count = 0;
    for (ir::DimId dim : type.dims) count += table_[dim].kind == ir::DimKind::constant ? 1 : 0;
    return count;
  }

  // Picks along H by an index that is sometimes outside, and adds what was picked into a new array.
  ir::ValueId indexed(ir::ValueId a) {
    const ir::Type type = build_.type(a);
    if (!type.has(dims_.H)) return build_.unary(Op::neg, a);
    ir::Type picked = type.without(dims_.H);
    ir::ValueId scaled = build_.binary(Op::mul, real(picked), build_.constant(2, picked));
    ir::ValueId indices = build_.cast(scaled, ir::Element::i32);
    ir::ValueId value = build_.gather(a, dims_.H, indices, picked.dims);
    return dice_.chance(50) ? value : build_.scatter_add(value, indices, dims_.H, type.dims);
  }

  ir::ValueId with_leaf(ir::ValueId a) {
    const ir::Type type = build_.type(a);
    if (type.has(dims_.H) && dice_.chance(50)) {
      ir::ValueId numbers = build_.cast(build_.iota(dims_.H), ir::Element::real);
      return build_.binary(Op::add, a, build_.broadcast(numbers, type));
    }
    if (depth_ > 0) return build_.binary(Op::sub, a, build_.constant(dice_.real(), type));
    auto site = static_cast<uint32_t>(dice_.below(100));
    if (type.has(dims_.T) && type.has(dims_.S)) return build_.unary(Op::neg, a);
    if (dice_.chance(50)) {
      ir::ValueId noise = build_.random({ir::Distribution::normal, 0, site, ir::DrawPer::step}, type);
      return build_.binary(Op::add, a, noise);
    }
    ir::Type boolean = type.with_element(ir::Element::boolean);
    ir::ValueId mask = build_.random({ir::Distribution::bernoulli, 0.5, site, ir::DrawPer::step}, boolean);
    return build_.select(mask, a, build_.constant(0, type));
  }

  ir::ValueId shifted(ir::ValueId a, ir::DimId time) {
    int by = static_cast<int>(dice_.below(4)) - 2;
    if (by == 0) by = 1;
    std::vector<ir::ValueId> before;
    ir::Type step = build_.type(a).without(time);
    if (by > 0 && dice_.chance(50)) {
      for (int i = 0; i < by; ++i) before.push_back(real(step));
    }
    return build_.shift(a, time, by, before);
  }

  ir::ValueId prefixed(ir::ValueId a, ir::DimId time) {
    const ir::Type type = build_.type(a);
    ir::PrefixAttr how{};
    how.kind = dice_.of<ir::PrefixKind>({ir::PrefixKind::sum, ir::PrefixKind::max, ir::PrefixKind::affine});
    how.time = time;
    how.direction = dice_.of<ir::Direction>({ir::Direction::forward, ir::Direction::backward});
    ir::ValueId b = tame(a), first = real(type.without(time));
    if (how.kind != ir::PrefixKind::affine) return build_.prefix(how, {b, first});
    how.semiring = dice_.of<ir::Semiring>({ir::Semiring::plus_times, ir::Semiring::max_plus});
    return build_.prefix(how, {build_.unary(Op::sigmoid, real(type)), b, first});
  }

  ir::ValueId scanned(ir::ValueId a, ir::DimId time) {
    if (depth_ >= 2) return build_.unary(Op::sin, a);
    ir::Type step = build_.type(a).without(time);
    if (step.dims.size() > 3) return build_.unary(Op::cos, a);
    ir::ValueId whole = real(step), first = tame(real(step));
    auto body = std::make_shared<ir::Function>(dice_.chance(50) ? "cell" : "");
    RandomFunction inner(dice_, table_, dims_, *body, depth_ + 1);
    for (const char* name : {"x", "w", "h"}) inner.add(body->add_parameter(step, name));
    inner.grow(2 + dice_.below(6));
    ir::ValueId next = inner.build().unary(Op::tanh, inner.real(step));
    ir::ValueId out = inner.any_real();
    body->add_result("y", out);
    body->add_result("h", next);
    ir::ScanAttr how;
    how.direction = dice_.of<ir::Direction>({ir::Direction::forward, ir::Direction::backward});
    how.time = time;
    how.outs = 1;
    how.body = std::move(body);
    auto results = build_.scan(how, {a}, {whole}, {first});
    pool_.push_back(results[0]);
    return results[1];
  }

  std::vector<double> matrix(size_t count) {
    std::vector<double> numbers(count);
    for (double& number : numbers) number = dice_.real();
    return numbers;
  }

  Dice& dice_;
  const RandomDims& dims_;
  const ir::DimTable& table_;
  ir::Builder build_;
  int depth_;  // of scans around it
  std::vector<ir::ValueId> pool_;
  std::vector<std::string> names_ = {"h", "h_2", "c", "i.W", "ĥ", "not a word", "h'", "5"};
};

// A module with params, inputs over two times, a state, and `steps` random instructions. All of its reals are
// results, so that no instruction is dead.
inline ir::Module random_module(uint64_t seed, size_t steps = 20) {
  Dice dice(seed);
  ir::Module module;
  module.name = "random";
  RandomDims dims(module.dims);
  module.batch = dims.B;
  module.forward = ir::Function("forward");
  RandomFunction grown(dice, module.dims, dims, module.forward, 0);
  ir::Builder& build = grown.build();
  using ir::Element;
  ir::Type state{Element::real, {dims.B, dims.H}};
  ir::ValueId weights = build.param("W", {Element::real, {dims.H}});
  grown.add(build.input("x", {Element::real, {dims.T, dims.B, dims.H}}));
  grown.add(build.input("z", {Element::real, {dims.B, dims.H}}));
  grown.add(build.input("s", {Element::real, {dims.B, dims.S, dims.D}}));
  grown.add(build.input("state.h", state));
  grown.add(build.broadcast(weights, state));
  grown.grow(steps);
  const ir::Function& function = module.forward;
  for (uint32_t v = 0; v < function.values().size(); ++v) {
    if (function.type(ir::ValueId{v}).element != Element::real) continue;
    module.forward.add_result("r" + std::to_string(v), ir::ValueId{v});
  }
  module.forward.add_result("state.h", grown.real(state));
  module.state.push_back({"h", state, 0, "", dice.chance(50)});
  return module;
}

}  // namespace rnnc::testing
