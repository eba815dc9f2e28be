// Appends instructions, or what is simpler and the same. The rules of `simplify`, by family.
#pragma once

#include <optional>
#include <vector>

#include "compiler/ir/builder.h"

namespace rnnc::passes {

class Simplifier {
 public:
  Simplifier(const ir::DimTable& dims, ir::Builder& build) : dims_(dims), build_(build) {}

  // As Builder::append, of an op with one result. `type` is the result's.
  ir::ValueId make(ir::Op op, const std::vector<ir::ValueId>& operands, const ir::Attributes& attributes,
                   ir::Type type);

 private:
  using Operands = std::vector<ir::ValueId>;

  // An invalid id where no rule applies.
  ir::ValueId rule(ir::Op op, const Operands& operands, const ir::Attributes& attributes,
                   const ir::Type& type);

  // simplify_lanes.cpp
  ir::ValueId folded(ir::Op op, const Operands& operands, const ir::Type& type);
  ir::ValueId before_broadcast(ir::Op op, const Operands& operands, const ir::Type& type);
  ir::ValueId unary(ir::Op op, ir::ValueId a, const ir::Type& type);
  ir::ValueId log_of_ratio(ir::ValueId a, const ir::Type& type);
  ir::ValueId binary(ir::Op op, ir::ValueId a, ir::ValueId b, const ir::Type& type);
  ir::ValueId add(ir::ValueId a, ir::ValueId b, const ir::Type& type);
  ir::ValueId sub(ir::ValueId a, ir::ValueId b, const ir::Type& type);
  ir::ValueId mul(ir::ValueId a, ir::ValueId b, const ir::Type& type);
  ir::ValueId select(const Operands& operands);

  // simplify_arrange.cpp
  ir::ValueId contract(const Operands& operands, const ir::OverAttr& how, const ir::Type& type);
  ir::ValueId reduce(ir::ValueId a, const ir::ReduceAttr& how);
  ir::ValueId arrange(ir::Op op, const Operands& operands, const ir::Attributes& attributes,
                      const ir::Type& type);
  ir::ValueId slice(ir::ValueId a, const ir::RangeAttr& range, const ir::Type& type);
  ir::ValueId slice_of_join(const ir::Instr& join, const ir::RangeAttr& range);
  ir::ValueId slice_of_pad(const ir::Instr& pad, const ir::RangeAttr& range, const ir::Type& type);
  ir::ValueId joined_pads(ir::ValueId a, ir::ValueId b, const ir::Type& type);

  const ir::Function& function() const { return build_.function(); }
  // The instruction that makes the value, if it is of this op.
  const ir::Instr* made_by(ir::Op op, ir::ValueId value) const;
  // The operand of the unary or structural instruction of this op that makes the value, or an invalid id.
  ir::ValueId operand_of(ir::Op op, ir::ValueId value) const;
  // What a broadcast repeats, or an invalid id. Not an iota over time: nothing else may have its type.
  ir::ValueId repeated(ir::ValueId value) const;
  bool is(ir::ValueId value, double number) const;

  const ir::DimTable& dims_;
  ir::Builder& build_;
};

}  // namespace rnnc::passes
