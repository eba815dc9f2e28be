#include "compiler/passes/share.h"

#include <bit>
#include <optional>
#include <unordered_map>
#include <utility>

#include "compiler/ir/rewrite.h"

namespace rnnc::passes {
namespace {

using ir::Function;
using ir::Instr;
using ir::InstrId;
using ir::Op;
using ir::ScanAttr;
using ir::ScanParts;
using ir::ValueId;

void mix(size_t& hash, size_t value) { hash ^= value + 0x9e3779b97f4a7c15U + (hash << 6) + (hash >> 2); }

// Equal attributes have equal hashes; which of their fields take part matters for speed only.
struct HashAttributes {
  size_t hash = 0;
  void dims(const std::vector<ir::DimId>& all) {
    for (ir::DimId dim : all) mix(hash, dim.index);
  }
  void operator()(std::monostate) {}
  void operator()(const ir::NameAttr& a) { mix(hash, std::hash<std::string>()(a.name)); }
  void operator()(const ir::ConstAttr& a) {
    mix(hash, a.values.size());
    for (double value : a.values) mix(hash, std::bit_cast<uint64_t>(value == value ? value : 0.0));
  }
  void operator()(const ir::DimAttr& a) { mix(hash, a.dim.index); }
  void operator()(const ir::RandomAttr& a) { mix(hash, a.site); }
  void operator()(const ir::OverAttr& a) { dims(a.over); }
  void operator()(const ir::ReduceAttr& a) { dims(a.over); }
  void operator()(const ir::RangeAttr& a) {
    mix(hash, a.from.index);
    mix(hash, a.to.index);
    mix(hash, static_cast<size_t>(a.start));
  }
  void operator()(const ir::ShiftAttr& a) { mix(hash, static_cast<size_t>(a.by)); }
  void operator()(const ir::FlipAttr& a) { mix(hash, a.time.index); }
  void operator()(const ir::PrefixAttr& a) { mix(hash, static_cast<size_t>(a.kind)); }
  void operator()(const ir::ScanAttr& a) { mix(hash, a.body->instrs().size()); }
};

bool commutes(Op op) { return op == Op::add || op == Op::mul || op == Op::equal; }

std::vector<ValueId> ordered(Op op, std::vector<ValueId> operands) {
  if (commutes(op) && operands[1] < operands[0]) std::swap(operands[0], operands[1]);
  return operands;
}

class Table {
 public:
  explicit Table(const Function& made) : made_(made) {}

  // An instruction already made that computes what `instr`, of another function, does from `operands`.
  std::optional<InstrId> find(const Function& from, const Instr& instr,
                              const std::vector<ValueId>& operands) const {
    auto [begin, end] = known_.equal_range(hash(instr, operands));
    for (auto it = begin; it != end; ++it) {
      const Instr& other = made_[it->second];
      if (other.op != instr.op || ordered(other.op, other.operands) != operands) continue;
      if (made_.type(other.results[0]) != from.type(instr.results[0])) continue;
      if (other.attributes == instr.attributes) return it->second;
    }
    return std::nullopt;
  }
  void add(const Instr& instr, const std::vector<ValueId>& operands, InstrId made) {
    known_.emplace(hash(instr, operands), made);
  }

 private:
  static size_t hash(const Instr& instr, const std::vector<ValueId>& operands) {
    HashAttributes attributes{static_cast<size_t>(instr.op)};
    for (ValueId operand : operands) mix(attributes.hash, operand.index);
    std::visit(attributes, instr.attributes);
    return attributes.hash;
  }

  const Function& made_;
  std::unordered_multimap<size_t, InstrId> known_;
};

// `stands_for`: parameters that are known to be equal to an earlier one.
Function share_all(const Function& function, const ir::DimTable& dims, const std::vector<size_t>& stands_for);

// A scan's body, shared under what its operands say, and which of its carries are the same.
struct SharedBody {
  Function body;
  std::vector<size_t> parameters;  // the earlier parameter that each one equals
};

// Operands of one role that are one value are one parameter. Carries that begin alike are taken to be the
// same until their next values, computed under that assumption, tell them apart.
SharedBody share_body(const ScanParts& parts, const std::vector<ValueId>& operands,
                      const ir::DimTable& dims) {
  const size_t begin_with = parts.attr.each, begin_carries = begin_with + parts.attr.with;
  auto role = [&](size_t i) { return i < begin_with ? 0 : i < begin_carries ? 1 : 2; };
  std::vector<size_t> same(operands.size());
  for (size_t i = 0; i < same.size(); ++i) {
    same[i] = 0;
    while (operands[same[i]] != operands[i] || role(same[i]) != role(i)) ++same[i];
  }
  for (;;) {
    Function body = share_all(parts.body, dims, same);
    auto next = [&](size_t i) { return body.results()[parts.attr.outs + i - begin_carries].value; };
    std::vector<size_t> finer = same;
    for (size_t i = begin_carries; i < same.size(); ++i) {
      finer[i] = same[i];
      while (same[finer[i]] != same[i] || next(finer[i]) != next(i)) ++finer[i];
    }
    if (finer == same) return {std::move(body), std::move(same)};
    same = std::move(finer);
  }
}

void copy_scan(ir::Rewriter& copy, InstrId id, Table& table) {
  const Instr& scan = copy.from()[id];
  if (scan.results.empty()) return;
  const ScanParts parts(scan);
  std::vector<ValueId> operands = copy.mapped(scan.operands);
  SharedBody shared = share_body(parts, operands, copy.build().dims());
  ScanAttr attr = parts.attr;
  attr.body = std::make_shared<const Function>(std::move(shared.body));

  Instr with_body = scan;
  with_body.attributes = attr;
  if (std::optional<InstrId> known = table.find(copy.from(), with_body, operands)) {
    for (size_t i = 0; i < scan.results.size(); ++i)
      copy.replace(scan.results[i], copy.made()[*known].results[i]);
    return;
  }
  const Function& body = *attr.body;
  copy.copy(id, attr);
  const ir::Value& made = copy.made()[copy[scan.results[0]]];
  table.add(with_body, operands, made.producer);

  auto same_out = [&](size_t a, size_t b) { return body.results()[a].value == body.results()[b].value; };
  for (size_t i = 0; i < parts.attr.outs; ++i) {
    size_t first = 0;
    while (!same_out(first, i)) ++first;
    copy.replace(scan.results[i], copy[scan.results[first]]);
  }
  const size_t begin_carries = parts.attr.each + parts.attr.with;
  for (size_t i = 0; i < parts.attr.carries; ++i) {
    size_t first = shared.parameters[begin_carries + i] - begin_carries;
    copy.replace(parts.finals[i], copy[parts.finals[first]]);
  }
}

Function share_all(const Function& function, const ir::DimTable& dims,
                   const std::vector<size_t>& stands_for) {
  ir::Rewriter copy(function, dims);
  const std::vector<ValueId>& parameters = function.parameters();
  for (size_t i = 0; i < parameters.size(); ++i) copy.replace(parameters[i], copy[parameters[stands_for[i]]]);
  Table table(copy.made());
  for (uint32_t i = 0; i < function.instrs().size(); ++i) {
    const Instr& instr = function.instrs()[i];
    if (instr.op == Op::scan) {
      copy_scan(copy, InstrId{i}, table);
      continue;
    }
    std::vector<ValueId> operands = ordered(instr.op, copy.mapped(instr.operands));
    if (std::optional<InstrId> known = table.find(function, instr, operands)) {
      copy.replace(instr.results[0], copy.made()[*known].results[0]);
      continue;
    }
    copy.copy(InstrId{i});
    table.add(instr, operands, copy.made()[copy[instr.results[0]]].producer);
  }
  return copy.finish();
}

}  // namespace

Function share(const Function& function, ir::DimTable& dims) {
  std::vector<size_t> distinct(function.parameters().size());
  for (size_t i = 0; i < distinct.size(); ++i) distinct[i] = i;
  return share_all(function, dims, distinct);
}

}  // namespace rnnc::passes
