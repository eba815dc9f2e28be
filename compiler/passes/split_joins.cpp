#include "compiler/passes/split_joins.h"

#include <algorithm>

#include "compiler/ir/rewrite.h"

namespace rnnc::passes {
namespace {

using ir::Builder;
using ir::DimId;
using ir::DimTable;
using ir::Function;
using ir::Instr;
using ir::InstrId;
using ir::Op;
using ir::Type;
using ir::ValueId;

// A part of a join: its values and its own dim in the place of the joined one.
struct Part {
  ValueId value;
  DimId dim;
};

// The parts of `value` along `along` if it is a join there, under the name it has or under a name that a view
// gives it.
std::vector<Part> parts_of(Builder& build, ValueId value, DimId along) {
  const Function& function = build.function();
  const Instr* made = function.producer(value);
  const int position = function.type(value).position(along);
  const std::vector<DimId> as = function.type(value).dims;
  if (made && made->op == Op::view && function.type(made->operands[0]).dims.size() == as.size()) {
    const Type& inner = function.type(made->operands[0]);
    bool names_only = true;
    for (size_t i = 0; i < as.size(); ++i) {
      names_only = names_only && build.dims()[as[i]].size == build.dims()[inner.dims[i]].size;
    }
    along = inner.dims[static_cast<size_t>(position)];
    made = names_only ? function.producer(made->operands[0]) : nullptr;
  }
  if (!made || made->op != Op::concat || std::get<ir::DimAttr>(made->attributes).dim != along) return {};
  std::vector<Part> parts;
  for (ValueId part : std::vector<ValueId>(made->operands)) {
    DimId own = function.type(part).dims[static_cast<size_t>(position)];
    std::vector<DimId> names = as;
    names[static_cast<size_t>(position)] = own;
    // The join's other dims may have been renamed to what this part calls its own.
    if (std::count(names.begin(), names.end(), own) != 1) return {};
    parts.push_back({build.view(part, names), own});
  }
  return parts;
}

class JoinSplitter {
 public:
  JoinSplitter(DimTable& dims, Builder& build) : dims_(dims), build_(build) {}

  ValueId contract(ValueId a, ValueId b, const std::vector<DimId>& over, const Type& type) {
    for (DimId along : over) {
      if (std::vector<Part> parts = parts_of(build_, a, along); !parts.empty())
        return sum(parts, b, along, over, type);
      if (std::vector<Part> parts = parts_of(build_, b, along); !parts.empty()) {
        swapped_ = !swapped_;
        ValueId total = sum(parts, a, along, over, type);
        swapped_ = !swapped_;
        return total;
      }
    }
    return swapped_ ? build_.contract(b, a, over, type) : build_.contract(a, b, over, type);
  }

 private:
  // Σ over the parts of part · (the other operand's slice there).
  ValueId sum(const std::vector<Part>& parts, ValueId other, DimId along, const std::vector<DimId>& over,
              const Type& type) {
    ValueId total;
    int64_t start = 0;
    for (const Part& part : parts) {
      DimId dim = part.dim;
      ValueId value = part.value;
      if (build_.type(other).has(dim) || in(over, dim)) {
        std::vector<DimId> taken = build_.type(other).dims;
        taken.insert(taken.end(), over.begin(), over.end());
        taken.insert(taken.end(), build_.type(value).dims.begin(), build_.type(value).dims.end());
        dim = ir::another_dim(dims_, part.dim, taken);
        value = ir::rename_dim(build_, value, part.dim, dim);
      }
      std::vector<DimId> over_part = over;
      std::replace(over_part.begin(), over_part.end(), along, dim);
      ValueId product = contract(value, build_.slice(other, along, dim, start), over_part, type);
      total = total.valid() ? build_.binary(Op::add, total, product) : product;
      start += dims_[dim].size;
    }
    return total;
  }

  DimTable& dims_;
  Builder& build_;
  bool swapped_ = false;  // the operands at hand are in the order opposite to the instruction's
};

}  // namespace

Function split_joins(const Function& function, DimTable& dims) {
  Function with_bodies =
      ir::map_bodies(function, dims, [&](const Function& body) { return split_joins(body, dims); });
  ir::Rewriter copy(with_bodies, dims);
  for (uint32_t i = 0; i < with_bodies.instrs().size(); ++i) {
    const Instr& instr = with_bodies.instrs()[i];
    if (instr.op != Op::contract) {
      copy.copy(InstrId{i});
      continue;
    }
    copy.build().at(instr.span);
    JoinSplitter splitter(dims, copy.build());
    copy.replace(instr.results[0], splitter.contract(copy[instr.operands[0]], copy[instr.operands[1]],
                                                     std::get<ir::OverAttr>(instr.attributes).over,
                                                     with_bodies.type(instr.results[0])));
  }
  return copy.finish();
}

}  // namespace rnnc::passes
