#include "compiler/passes/split_products.h"

#include <algorithm>
#include <map>

#include "compiler/ir/rewrite.h"
#include "compiler/support/check.h"

namespace rnnc::passes {
namespace {

using ir::Builder;
using ir::DimId;
using ir::DimTable;
using ir::Family;
using ir::Function;
using ir::Instr;
using ir::InstrId;
using ir::Op;
using ir::RangeAttr;
using ir::Type;
using ir::ValueId;

// Which parts of a value are read.
struct Demand {
  bool whole = false;
  DimId along;                   // of the parts
  std::vector<RangeAttr> parts;  // by their start, none twice

  void add(const RangeAttr& part) {
    if (along.valid() && along != part.from) whole = true;
    along = part.from;
    if (std::find(parts.begin(), parts.end(), part) != parts.end()) return;
    auto begins_earlier = [](const RangeAttr& a, const RangeAttr& b) { return a.start < b.start; };
    parts.insert(std::upper_bound(parts.begin(), parts.end(), part, begins_earlier), part);
  }
};

bool disjoint(const std::vector<RangeAttr>& parts, const DimTable& dims) {
  for (size_t i = 1; i < parts.size(); ++i) {
    if (parts[i - 1].start + dims[parts[i - 1].to].size > parts[i].start) return false;
  }
  return true;
}

// An element of the result at a place of any of its dims is made from elements at that place only, or from
// operands without it.
bool acts_along_each(const Instr& instr) {
  switch (ir::info(instr.op).family) {
    case Family::unary:
    case Family::binary:
    case Family::compare:
    case Family::select:
    case Family::product:
    case Family::reduction:
      return true;
    case Family::leaf:
      return instr.op == Op::constant && std::get<ir::ConstAttr>(instr.attributes).values.size() == 1;
    case Family::structure:
      return instr.op == Op::broadcast;
    case Family::index:
    case Family::time:
    case Family::scan:
      return false;
  }
  RNNC_UNREACHABLE("no such family");
}

class ProductSplitter {
 public:
  ProductSplitter(const Function& function, DimTable& dims)
      : function_(function),
        dims_(dims),
        demands_(function.values().size()),
        split_(function.values().size(), false) {}

  Function run() {
    find();
    ir::Rewriter copy(function_, dims_);
    for (uint32_t i = 0; i < function_.instrs().size(); ++i) rewrite(copy, InstrId{i});
    return copy.finish();
  }

 private:
  void find();
  // It has the dim of the parts, and does not have any of the dims that the parts would have in its place.
  bool can_slice(ValueId value, const Demand& demand) const;
  void rewrite(ir::Rewriter& copy, InstrId id);
  ValueId part_of(ir::Rewriter& copy, ValueId value, const RangeAttr& part);
  ValueId make_part(ir::Rewriter& copy, const Instr& instr, const RangeAttr& part);

  const Function& function_;
  DimTable& dims_;
  std::vector<Demand> demands_;
  std::vector<bool> split_;  // the value is made in parts
  struct Less {
    bool operator()(const std::pair<ValueId, RangeAttr>& a, const std::pair<ValueId, RangeAttr>& b) const {
      return std::tuple(a.first, a.second.start, a.second.to) <
             std::tuple(b.first, b.second.start, b.second.to);
    }
  };
  std::map<std::pair<ValueId, RangeAttr>, ValueId, Less> parts_;
};

void ProductSplitter::find() {
  for (const ir::NamedResult& result : function_.results()) demands_[result.value.index].whole = true;
  for (size_t i = function_.instrs().size(); i-- > 0;) {
    const Instr& instr = function_.instrs()[i];
    if (instr.op == Op::slice) {
      demands_[instr.operands[0].index].add(std::get<RangeAttr>(instr.attributes));
      continue;
    }
    ValueId made = instr.results.empty() ? ValueId{} : instr.results[0];
    bool split = made.valid() && acts_along_each(instr) && !demands_[made.index].whole &&
                 !demands_[made.index].parts.empty() && disjoint(demands_[made.index].parts, dims_);
    if (split) split_[made.index] = true;
    for (ValueId operand : instr.operands) {
      Demand& demand = demands_[operand.index];
      if (split && can_slice(operand, demands_[made.index])) {
        for (const RangeAttr& part : demands_[made.index].parts) demand.add(part);
      } else {
        demand.whole = true;
      }
    }
  }
}

bool ProductSplitter::can_slice(ValueId value, const Demand& demand) const {
  const Type& type = function_.type(value);
  return type.has(demand.along) && std::none_of(demand.parts.begin(), demand.parts.end(),
                                                [&](const RangeAttr& part) { return type.has(part.to); });
}

void ProductSplitter::rewrite(ir::Rewriter& copy, InstrId id) {
  const Instr& instr = function_[id];
  copy.build().at(instr.span);
  if (instr.op == Op::slice && split_[instr.operands[0].index]) {
    copy.replace(instr.results[0], part_of(copy, instr.operands[0], std::get<RangeAttr>(instr.attributes)));
  } else if (instr.results.empty() || !split_[instr.results[0].index]) {
    copy.copy(id);
  } else {
    ValueId made = instr.results[0];
    for (const RangeAttr& part : demands_[made.index].parts)
      parts_[{made, part}] = make_part(copy, instr, part);
  }
}

ValueId ProductSplitter::part_of(ir::Rewriter& copy, ValueId value, const RangeAttr& part) {
  if (!function_.type(value).has(part.from)) return copy[value];
  ValueId& made = parts_[{value, part}];
  if (!made.valid()) made = copy.build().slice(copy[value], part.from, part.to, part.start);
  return made;
}

ValueId ProductSplitter::make_part(ir::Rewriter& copy, const Instr& instr, const RangeAttr& part) {
  Builder& build = copy.build();
  Type type = function_.type(instr.results[0]);
  std::replace(type.dims.begin(), type.dims.end(), part.from, part.to);
  std::vector<ValueId> operands;
  ir::Attributes attributes = instr.attributes;

  // The part's dim may be the name of a dim that is summed away.
  std::vector<DimId>* over = nullptr;
  if (auto* attr = std::get_if<ir::OverAttr>(&attributes)) over = &attr->over;
  if (auto* attr = std::get_if<ir::ReduceAttr>(&attributes)) over = &attr->over;
  DimId clash;
  if (over && std::find(over->begin(), over->end(), part.to) != over->end()) {
    std::vector<DimId> taken = *over;
    for (ValueId operand : instr.operands) {
      const std::vector<DimId>& more = function_.type(operand).dims;
      taken.insert(taken.end(), more.begin(), more.end());
    }
    clash = ir::another_dim(dims_, part.to, taken);
    std::replace(over->begin(), over->end(), part.to, clash);
  }
  for (ValueId operand : instr.operands) {
    if (!clash.valid() || !function_.type(operand).has(part.to)) {
      operands.push_back(part_of(copy, operand, part));
      continue;
    }
    // Renamed first: the slice would have the dim twice.
    ValueId renamed = ir::rename_dim(build, copy[operand], part.to, clash);
    bool sliced = function_.type(operand).has(part.from);
    operands.push_back(sliced ? build.slice(renamed, part.from, part.to, part.start) : renamed);
  }
  return build.append(instr.op, std::move(operands), std::move(attributes), type)[0];
}

}  // namespace

Function split_products(const Function& function, DimTable& dims) {
  Function with_bodies =
      ir::map_bodies(function, dims, [&](const Function& body) { return split_products(body, dims); });
  return ProductSplitter(with_bodies, dims).run();
}

}  // namespace rnnc::passes
