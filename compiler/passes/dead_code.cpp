#include "compiler/passes/dead_code.h"

#include <map>
#include <memory>

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

// What is read of a function, and of the scan that it is the body of.
class Live {
 public:
  explicit Live(const Function& function) : function_(function), values_(function.values().size(), false) {}
  Live(Live& outer, const Instr& scan)
      : function_(*std::get<ScanAttr>(scan.attributes).body),
        values_(function_.values().size(), false),
        outer_(&outer),
        scan_(&scan),
        results_(scan.results.size(), false) {}

  void need(ValueId value);
  // Of the scan: its result is read.
  void need_result(uint32_t index);

  bool has(ValueId value) const { return values_[value.index]; }
  bool has_result(uint32_t index) const { return results_[index]; }
  const Live& body(InstrId scan) const { return *scans_.at(scan); }

 private:
  void need_parameter(uint32_t index);

  const Function& function_;
  std::vector<bool> values_;
  std::map<InstrId, std::unique_ptr<Live>> scans_;
  Live* outer_ = nullptr;
  const Instr* scan_ = nullptr;
  std::vector<bool> results_;  // a carry's stands for the carry
};

void Live::need(ValueId value) {
  std::vector<ValueId> open = {value};
  while (!open.empty()) {
    ValueId next = open.back();
    open.pop_back();
    if (values_[next.index]) continue;
    values_[next.index] = true;
    const ir::Value& info = function_[next];
    if (!info.producer.valid()) {
      need_parameter(info.index);
    } else if (const Instr& instr = function_[info.producer]; instr.op == Op::scan) {
      std::unique_ptr<Live>& body = scans_[info.producer];
      if (!body) body = std::make_unique<Live>(*this, instr);
      body->need_result(info.index);
    } else {
      open.insert(open.end(), instr.operands.begin(), instr.operands.end());
    }
  }
}

void Live::need_result(uint32_t index) {
  if (results_[index]) return;
  results_[index] = true;
  const ScanAttr& attr = std::get<ScanAttr>(scan_->attributes);
  if (index >= attr.outs) outer_->need(scan_->operands[attr.each + attr.with + index - attr.outs]);
  need(function_.results()[index].value);
}

void Live::need_parameter(uint32_t index) {
  const ScanAttr& attr = std::get<ScanAttr>(scan_->attributes);
  if (index < attr.each + attr.with) {
    outer_->need(scan_->operands[index]);
  } else {
    need_result(attr.outs + index - attr.each - attr.with);
  }
}

void copy_live(ir::Rewriter& copy, const Live& live, const ir::DimTable& dims);

void copy_scan(ir::Rewriter& copy, InstrId id, const Live& live, const ir::DimTable& dims) {
  const Instr& scan = copy.from()[id];
  const ScanParts parts(scan);
  ir::Rewriter body(parts.body, dims, ir::Rewriter::Parameters::own);
  ScanAttr attr = ir::like(parts.attr);
  std::vector<ValueId> operands, kept;
  std::vector<ir::NamedResult> results;

  auto keep_params = [&](std::span<const ValueId> params, std::span<const ValueId> values, uint32_t& count) {
    for (size_t i = 0; i < params.size(); ++i) {
      if (!live.has(params[i])) continue;
      body.copy_parameter(params[i]);
      operands.push_back(copy[values[i]]);
      ++count;
    }
  };
  keep_params(parts.each_params, parts.each, attr.each);
  keep_params(parts.with_params, parts.with, attr.with);
  for (uint32_t i = 0; i < scan.results.size(); ++i) {
    if (!live.has_result(i)) continue;
    kept.push_back(scan.results[i]);
    results.push_back(parts.body.results()[i]);
    if (i < parts.attr.outs) {
      ++attr.outs;
    } else {
      uint32_t carry = i - parts.attr.outs;
      body.copy_parameter(parts.carry_params[carry]);
      operands.push_back(copy[parts.first[carry]]);
      ++attr.carries;
    }
  }
  copy_live(body, live, dims);
  attr.body = std::make_shared<const Function>(body.finish(results));
  copy.build().at(scan.span);
  std::vector<ValueId> made = copy.build().append(Op::scan, std::move(operands), std::move(attr));
  for (size_t i = 0; i < kept.size(); ++i) copy.replace(kept[i], made[i]);
}

void copy_live(ir::Rewriter& copy, const Live& live, const ir::DimTable& dims) {
  const Function& from = copy.from();
  for (uint32_t i = 0; i < from.instrs().size(); ++i) {
    const Instr& instr = from.instrs()[i];
    bool needed = instr.op == Op::param || instr.op == Op::input;
    for (ValueId result : instr.results) needed = needed || live.has(result);
    if (!needed) continue;
    if (instr.op == Op::scan) {
      copy_scan(copy, InstrId{i}, live.body(InstrId{i}), dims);
    } else {
      copy.copy(InstrId{i});
    }
  }
}

}  // namespace

Function dead_code(const Function& function, ir::DimTable& dims) {
  Live live(function);
  for (const ir::NamedResult& result : function.results()) live.need(result.value);
  ir::Rewriter copy(function, dims);
  copy_live(copy, live, dims);
  return copy.finish();
}

}  // namespace rnnc::passes
