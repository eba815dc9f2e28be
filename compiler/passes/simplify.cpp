#include "compiler/passes/simplify.h"

#include "compiler/ir/rewrite.h"
#include "compiler/passes/fold.h"
#include "compiler/passes/simplifier.h"
#include "compiler/support/check.h"

namespace rnnc::passes {

using ir::Family;
using ir::Instr;
using ir::Op;
using ir::Type;
using ir::ValueId;

const Instr* Simplifier::made_by(Op op, ValueId value) const {
  const Instr* made = function().producer(value);
  return made && made->op == op ? made : nullptr;
}

ValueId Simplifier::operand_of(Op op, ValueId value) const {
  const Instr* made = made_by(op, value);
  return made ? made->operands[0] : ValueId{};
}

ValueId Simplifier::repeated(ValueId value) const {
  ValueId a = operand_of(Op::broadcast, value);
  const Instr* made = a.valid() ? made_by(Op::iota, a) : nullptr;
  return made && ir::time_of(build_.type(a), dims_).valid() ? ValueId{} : a;
}

bool Simplifier::is(ValueId value, double number) const { return is_uniform(function(), value, number); }

ValueId Simplifier::make(Op op, const Operands& operands, const ir::Attributes& attributes, Type type) {
  ValueId simpler = rule(op, operands, attributes, type);
  return simpler.valid() ? simpler : build_.append(op, operands, attributes, type)[0];
}

ValueId Simplifier::rule(Op op, const Operands& operands, const ir::Attributes& attributes,
                         const Type& type) {
  switch (ir::info(op).family) {
    case Family::unary:
    case Family::binary:
    case Family::compare:
    case Family::select:
      if (ValueId value = folded(op, operands, type); value.valid()) return value;
      if (ValueId value = before_broadcast(op, operands, type); value.valid()) return value;
      if (operands.size() == 1) return unary(op, operands[0], type);
      return operands.size() == 2 ? binary(op, operands[0], operands[1], type) : select(operands);
    case Family::reduction:
      return reduce(operands[0], std::get<ir::ReduceAttr>(attributes));
    case Family::structure:
      return arrange(op, operands, attributes, type);
    case Family::time:
      // Within the length of each sequence, both ways.
      if (op == Op::flip && made_by(op, operands[0]) && made_by(op, operands[0])->attributes == attributes)
        return operand_of(op, operands[0]);
      return {};
    case Family::product:
      return contract(operands, std::get<ir::OverAttr>(attributes), type);
    case Family::leaf:
    case Family::index:
    case Family::scan:
      return {};
  }
  RNNC_UNREACHABLE("no such family");
}

ir::Function simplify(const ir::Function& function, ir::DimTable& dims) {
  ir::Function with_bodies =
      ir::map_bodies(function, dims, [&](const ir::Function& body) { return simplify(body, dims); });
  ir::Rewriter copy(with_bodies, dims);
  Simplifier simplifier(dims, copy.build());
  for (uint32_t i = 0; i < with_bodies.instrs().size(); ++i) {
    const Instr& instr = with_bodies.instrs()[i];
    const Family family = ir::info(instr.op).family;
    if (family == Family::leaf || family == Family::scan) {
      copy.copy(ir::InstrId{i});
      continue;
    }
    copy.build().at(instr.span);
    copy.replace(instr.results[0], simplifier.make(instr.op, copy.mapped(instr.operands), instr.attributes,
                                                   with_bodies.type(instr.results[0])));
  }
  return copy.finish();
}

}  // namespace rnnc::passes
