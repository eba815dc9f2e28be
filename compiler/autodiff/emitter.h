// The expressions that derivative rules are made of, over ir::Builder.
#pragma once

#include <limits>
#include <map>

#include "compiler/ir/builder.h"

namespace rnnc::autodiff {

class Emitter {
 public:
  explicit Emitter(ir::Builder& builder) : build(builder) {}

  ir::Builder& build;

  ir::ValueId neg(ir::ValueId a) { return build.unary(ir::Op::neg, a); }
  ir::ValueId add(ir::ValueId a, ir::ValueId b) { return build.binary(ir::Op::add, a, b); }
  ir::ValueId sub(ir::ValueId a, ir::ValueId b) { return build.binary(ir::Op::sub, a, b); }
  ir::ValueId mul(ir::ValueId a, ir::ValueId b) { return build.binary(ir::Op::mul, a, b); }
  ir::ValueId div(ir::ValueId a, ir::ValueId b) { return build.binary(ir::Op::div, a, b); }
  ir::ValueId less(ir::ValueId a, ir::ValueId b) { return build.binary(ir::Op::less, a, b); }
  ir::ValueId equal(ir::ValueId a, ir::ValueId b) { return build.binary(ir::Op::equal, a, b); }

  // `value` everywhere, in the type of `like`.
  ir::ValueId number(double value, ir::ValueId like) { return build.constant(value, build.type(like)); }
  ir::ValueId zeros(const ir::Type& type) { return build.constant(0, type); }
  ir::ValueId zeros(ir::ValueId like) { return zeros(build.type(like)); }

  // cotangent · slope and cotangent / divisor. If the local derivative is not `finite` for sure, a cotangent
  // of exactly 0 stays 0: a side that select or max did not take passes nothing back, whatever its own
  // derivative is.
  ir::ValueId scaled(ir::ValueId cotangent, ir::ValueId slope, bool finite) {
    return guarded(cotangent, mul(cotangent, slope), finite);
  }
  ir::ValueId divided(ir::ValueId cotangent, ir::ValueId divisor, bool finite) {
    return guarded(cotangent, div(cotangent, divisor), finite);
  }

  // `a` where it is finite, else 0.
  ir::ValueId finite_part(ir::ValueId a) {
    ir::ValueId infinity = number(std::numeric_limits<double>::infinity(), a);
    ir::ValueId finite = less(build.unary(ir::Op::abs, a), infinity);
    return build.select(finite, a, zeros(a));
  }

 private:
  ir::ValueId guarded(ir::ValueId cotangent, ir::ValueId product, bool finite) {
    if (finite) return product;
    auto [entry, fresh] = is_zero_.try_emplace(cotangent);
    if (fresh) entry->second = equal(cotangent, zeros(cotangent));
    return build.select(entry->second, zeros(cotangent), product);
  }

  std::map<ir::ValueId, ir::ValueId> is_zero_;
};

}  // namespace rnnc::autodiff
