#include "compiler/passes/embeddings.h"

#include "compiler/ir/rewrite.h"
#include "compiler/passes/fold.h"

namespace rnnc::passes {
namespace {

using ir::DimId;
using ir::Function;
using ir::Instr;
using ir::Op;
using ir::ValueId;

ValueId before_broadcast(const Function& function, ValueId value) {
  const Instr* made = function.producer(value);
  return made && made->op == Op::broadcast ? made->operands[0] : value;
}

bool counts(const Function& function, ValueId value, DimId dim) {
  const Instr* made = function.producer(before_broadcast(function, value));
  return made && made->op == Op::iota && std::get<ir::DimAttr>(made->attributes).dim == dim;
}

// The comparison that is 1 in the array and 0 elsewhere, or null.
const Instr* comparison_of(const Function& function, ValueId array) {
  const Instr* made = function.producer(array);
  bool chosen = made && made->op == Op::select && is_uniform(function, made->operands[1], 1) &&
                is_uniform(function, made->operands[2], 0);
  if (!chosen && (!made || made->op != Op::cast)) return nullptr;
  made = function.producer(made->operands[0]);
  return made && made->op == Op::equal ? made : nullptr;
}

// Of an array that is 1 where its place along `dim` is an index: the indices. Else an invalid id.
ValueId indices_of(const Function& function, ValueId array, DimId dim) {
  const Instr* equal = comparison_of(function, array);
  if (!equal) return {};
  for (size_t i : {0, 1}) {
    ValueId index = before_broadcast(function, equal->operands[1 - i]);
    if (counts(function, equal->operands[i], dim) && !function.type(index).has(dim)) return index;
  }
  return {};
}

// The contract as a gather, or an invalid id.
ValueId lookup(ir::Rewriter& copy, const Instr& contract) {
  const Function& from = copy.from();
  const std::vector<DimId>& over = std::get<ir::OverAttr>(contract.attributes).over;
  if (over.size() != 1) return {};
  for (size_t i : {0, 1}) {
    ValueId indices = indices_of(from, contract.operands[i], over[0]), table = contract.operands[1 - i];
    if (!indices.valid()) continue;
    const ir::Type& type = from.type(contract.results[0]);
    std::vector<DimId> dims;
    for (DimId dim : type.dims) {
      if (from.type(table).has(dim) || from.type(indices).has(dim)) dims.push_back(dim);
    }
    copy.build().at(contract.span);
    return copy.build().broadcast(copy.build().gather(copy[table], over[0], copy[indices], dims), type);
  }
  return {};
}

}  // namespace

Function embeddings(const Function& function, ir::DimTable& dims) {
  Function with_bodies =
      ir::map_bodies(function, dims, [&](const Function& body) { return embeddings(body, dims); });
  ir::Rewriter copy(with_bodies, dims);
  for (uint32_t i = 0; i < with_bodies.instrs().size(); ++i) {
    const Instr& instr = with_bodies.instrs()[i];
    ValueId found = instr.op == Op::contract ? lookup(copy, instr) : ValueId{};
    if (found.valid()) {
      copy.replace(instr.results[0], found);
    } else {
      copy.copy(ir::InstrId{i});
    }
  }
  return copy.finish();
}

}  // namespace rnnc::passes
