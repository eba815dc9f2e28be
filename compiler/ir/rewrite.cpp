#include "compiler/ir/rewrite.h"

#include <algorithm>

#include "compiler/support/check.h"

namespace rnnc::ir {

Uses::Uses(const Function& function)
    : begin_(function.values().size() + 1, 0), returns_(function.values().size(), 0) {
  for (const Instr& instr : function.instrs()) {
    for (ValueId operand : instr.operands) ++begin_[operand.index + 1];
  }
  for (size_t i = 1; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
  readers_.resize(begin_.back());
  std::vector<uint32_t> next(begin_.begin(), begin_.end() - 1);
  for (uint32_t i = 0; i < function.instrs().size(); ++i) {
    for (ValueId operand : function.instrs()[i].operands) readers_[next[operand.index]++] = InstrId{i};
  }
  for (const NamedResult& result : function.results()) ++returns_[result.value.index];
}

std::span<const InstrId> Uses::readers(ValueId value) const {
  return std::span(readers_).subspan(begin_[value.index], begin_[value.index + 1] - begin_[value.index]);
}

Rewriter::Rewriter(const Function& from, const DimTable& dims, Parameters parameters)
    : from_(from), made_(from.name()), builder_(dims, made_), now_(from.values().size()) {
  if (parameters == Parameters::own) return;
  for (ValueId parameter : from.parameters()) copy_parameter(parameter);
}

void Rewriter::copy_parameter(ValueId old) {
  now_[old.index] = made_.add_parameter(from_.type(old), from_[old].name);
}

ValueId Rewriter::operator[](ValueId old) const {
  RNNC_CHECK(has(old), "a rewrite dropped a value that is still read");
  return now_[old.index];
}

std::vector<ValueId> Rewriter::mapped(std::span<const ValueId> old) const {
  std::vector<ValueId> now;
  now.reserve(old.size());
  for (ValueId value : old) now.push_back((*this)[value]);
  return now;
}

void Rewriter::replace(ValueId old, ValueId now) {
  now_[old.index] = now;
  const std::string& name = from_[old].name;
  if (!name.empty() && made_[now].name.empty()) made_.set_name(now, name);
}

void Rewriter::copy(InstrId id) { copy(id, from_[id].attributes); }

void Rewriter::copy(InstrId id, Attributes attributes) {
  const Instr& instr = from_[id];
  std::vector<Type> types;
  types.reserve(instr.results.size());
  for (ValueId result : instr.results) types.push_back(from_.type(result));
  InstrId made =
      made_.append(instr.op, mapped(instr.operands), std::move(attributes), std::move(types), instr.span);
  for (size_t i = 0; i < instr.results.size(); ++i) replace(instr.results[i], made_[made].results[i]);
}

Function Rewriter::finish(const std::vector<NamedResult>& old_results) {
  for (const NamedResult& result : old_results) made_.add_result(result.name, (*this)[result.value]);
  return std::move(made_);
}

Function map_bodies(const Function& function, const DimTable& dims,
                    const std::function<Function(const Function&)>& rewrite) {
  Rewriter copy(function, dims);
  for (uint32_t i = 0; i < function.instrs().size(); ++i) {
    const Instr& instr = function.instrs()[i];
    if (instr.op != Op::scan) {
      copy.copy(InstrId{i});
      continue;
    }
    ScanAttr attr = std::get<ScanAttr>(instr.attributes);
    attr.body = std::make_shared<const Function>(rewrite(*attr.body));
    copy.copy(InstrId{i}, std::move(attr));
  }
  return copy.finish();
}

ScanParts::ScanParts(const Instr& scan) : attr(std::get<ScanAttr>(scan.attributes)), body(*attr.body) {
  std::span<const ValueId> operands(scan.operands), params(body.parameters()), results(scan.results);
  each = operands.subspan(0, attr.each);
  with = operands.subspan(attr.each, attr.with);
  first = operands.subspan(attr.each + attr.with, attr.carries);
  each_params = params.subspan(0, attr.each);
  with_params = params.subspan(attr.each, attr.with);
  carry_params = params.subspan(attr.each + attr.with, attr.carries);
  outs = results.subspan(0, attr.outs);
  finals = results.subspan(attr.outs, attr.carries);
}

ScanAttr like(const ScanAttr& scan) {
  ScanAttr attr;
  attr.direction = scan.direction;
  attr.time = scan.time;
  return attr;
}

DimId another_dim(DimTable& dims, DimId like, const std::vector<DimId>& taken) {
  const Dim model = dims[like];
  for (std::string name = model.name + "'";; name += "'") {
    DimId found = dims.find(name);
    if (!found.valid()) return dims.add(DimKind::constant, name, model.size);
    bool fits = dims[found].kind == DimKind::constant && dims[found].size == model.size;
    if (fits && std::find(taken.begin(), taken.end(), found) == taken.end()) return found;
  }
}

ValueId rename_dim(Builder& build, ValueId a, DimId from, DimId to) {
  const Type type = build.type(a);
  auto is_symbol = [&](DimId dim) { return build.dims()[dim].kind != DimKind::constant; };
  Type ordered = type;  // a view wants batch and times in front
  std::stable_partition(ordered.dims.begin(), ordered.dims.end(), is_symbol);
  auto renamed = [&](Type of) {
    std::replace(of.dims.begin(), of.dims.end(), from, to);
    return of;
  };
  return build.broadcast(build.view(build.broadcast(a, ordered), renamed(ordered).dims), renamed(type));
}

}  // namespace rnnc::ir
