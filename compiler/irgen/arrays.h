// Arithmetic on arrays of which some have time and batch and others do not. The dims of a value are its lead
// ([T,B], [B] or none: a sequence, one value a sample, one value), then its axes. A lead is widened where
// values meet, never earlier.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/builder.h"
#include "compiler/irgen/dims.h"

namespace rnnc::irgen {

class Arrays {
 public:
  Arrays(const ir::DimTable& dims, ir::Function& function) : build_(dims, function) {}

  ir::Builder& build() { return build_; }
  // A copy: types move in memory as instructions are added.
  ir::Type type(ir::ValueId value) const { return build_.type(value); }
  Axes lead(ir::ValueId value) const;
  Axes axes(ir::ValueId value) const;

  ir::ValueId number(double value, const Axes& dims = {}, ir::Element element = ir::Element::real);
  // The value under a type that has all of its dims; a constant is written again.
  ir::ValueId spread(ir::ValueId value, const Axes& dims);
  ir::ValueId with_lead(ir::ValueId value, const Axes& lead);
  // The values under the widest of their leads. Two leads of which none contains the other do not meet.
  void align(std::vector<ir::ValueId>& values);
  Axes wider_lead(ir::ValueId a, ir::ValueId b) const;
  // The same elements under other axes.
  ir::ValueId with_axes(ir::ValueId value, const Axes& axes);

  // Operands are aligned; their axes are equal.
  ir::ValueId unary(ir::Op op, ir::ValueId a) { return build_.unary(op, a); }
  ir::ValueId binary(ir::Op op, ir::ValueId a, ir::ValueId b);
  ir::ValueId binary(ir::Op op, ir::ValueId a, double b);
  ir::ValueId select(ir::ValueId condition, ir::ValueId yes, ir::ValueId no);
  ir::ValueId select(ir::ValueId condition, ir::ValueId yes, double no);
  ir::ValueId either(ir::ValueId a, ir::ValueId b);  // of booleans; an invalid one is false
  ir::ValueId negated(ir::ValueId condition);
  ir::ValueId as_number(ir::ValueId condition) { return build_.cast(condition, ir::Element::real); }

  ir::ValueId reduce(ir::Reduction reduction, ir::ValueId a, const Axes& over);
  // How often the condition holds, as i32.
  ir::ValueId count(ir::ValueId condition, const Axes& over);
  ir::ValueId softmax(ir::ValueId a, ir::DimId over);
  ir::ValueId log_softmax(ir::ValueId a, ir::DimId over);
  ir::ValueId log_sum_exp(ir::ValueId a, ir::DimId over);

 private:
  ir::ValueId max_of(ir::ValueId a, ir::DimId over);
  ir::ValueId less_its_max(ir::ValueId a, ir::DimId over);

  ir::Builder build_;
};

Axes joined(const Axes& lead, const Axes& axes);

}  // namespace rnnc::irgen
