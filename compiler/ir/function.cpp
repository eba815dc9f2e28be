#include "compiler/ir/function.h"

#include <cmath>
#include <cstring>

#include "compiler/support/check.h"

namespace rnnc::ir {

const std::vector<OpInfo>& all_ops() {
  static const std::vector<OpInfo> ops = {
#define RNNC_OP(name, text, operands, family) {Op::name, text, operands, Family::family},
#include "compiler/ir/ops.def"
#undef RNNC_OP
  };
  return ops;
}

const OpInfo& info(Op op) { return all_ops()[static_cast<size_t>(op)]; }

namespace {

bool same_number(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::memcmp(&a, &b, sizeof a) == 0;
}

bool same_function(const std::shared_ptr<const Function>& a, const std::shared_ptr<const Function>& b) {
  if (a == b) return true;
  return a && b && *a == *b;
}

std::vector<NamedType> named_leaves(const Function& function, Op op) {
  std::vector<NamedType> found;
  for (const Instr& instr : function.instrs()) {
    if (instr.op != op) continue;
    found.push_back({std::get<NameAttr>(instr.attributes).name, function.type(instr.results[0])});
  }
  return found;
}

}  // namespace

bool operator==(const ConstAttr& a, const ConstAttr& b) {
  if (a.values.size() != b.values.size()) return false;
  for (size_t i = 0; i < a.values.size(); ++i) {
    if (!same_number(a.values[i], b.values[i])) return false;
  }
  return true;
}

bool operator==(const ScanAttr& a, const ScanAttr& b) {
  return a.direction == b.direction && a.time == b.time && a.each == b.each && a.with == b.with &&
         a.carries == b.carries && a.outs == b.outs && same_function(a.body, b.body);
}

const Instr* Function::producer(ValueId id) const {
  InstrId instr = values_[id.index].producer;
  return instr.valid() ? &instrs_[instr.index] : nullptr;
}

ValueId Function::result(std::string_view name) const {
  for (const NamedResult& result : results_) {
    if (result.name == name) return result.value;
  }
  return {};
}

ValueId Function::add_parameter(Type type, std::string name) {
  ValueId id{static_cast<uint32_t>(values_.size())};
  values_.push_back({std::move(type), InstrId{}, static_cast<uint32_t>(parameters_.size()), std::move(name)});
  parameters_.push_back(id);
  return id;
}

InstrId Function::append(Op op, std::vector<ValueId> operands, Attributes attributes,
                         std::vector<Type> result_types, support::Span span) {
  InstrId id{static_cast<uint32_t>(instrs_.size())};
  std::vector<ValueId> results;
  for (Type& type : result_types) {
    results.push_back(ValueId{static_cast<uint32_t>(values_.size())});
    values_.push_back({std::move(type), id, static_cast<uint32_t>(results.size() - 1), {}});
  }
  instrs_.push_back({op, std::move(operands), std::move(results), std::move(attributes), span});
  return id;
}

std::vector<NamedType> params_of(const Function& function) { return named_leaves(function, Op::param); }
std::vector<NamedType> inputs_of(const Function& function) { return named_leaves(function, Op::input); }

}  // namespace rnnc::ir
