#include "compiler/ir/builder.h"

#include <fmt/format.h>

#include "compiler/ir/infer.h"

namespace rnnc::ir {

namespace {

// Results of a scan take the names that its body gives them, for people who read the text form.
void name_results(Function& function, const Instr& scan) {
  const auto& how = std::get<ScanAttr>(scan.attributes);
  for (size_t i = 0; i < scan.results.size(); ++i) {
    const std::string& name = how.body->results()[i].name;
    if (!name.empty()) function.set_name(scan.results[i], i < how.outs ? name : name + ".last");
  }
}

}  // namespace

std::vector<ValueId> Builder::append(Op op, std::vector<ValueId> operands, Attributes attributes,
                                     Type wanted) {
  std::vector<Type> types;
  for (ValueId operand : operands) {
    RNNC_CHECK(operand.index < function_.values().size(), "an operand that is no value of the function");
    types.push_back(function_.type(operand));
  }
  auto inferred = infer(dims_, op, types, attributes, wanted);
  if (!inferred) RNNC_UNREACHABLE(inferred.error().message);
  InstrId id = function_.append(op, std::move(operands), std::move(attributes), std::move(*inferred), span_);
  Instr instr = function_[id];
  if (op == Op::scan) name_results(function_, instr);
  return instr.results;
}

ValueId Builder::param(std::string name, Type type) {
  ValueId value = append(Op::param, {}, NameAttr{name}, std::move(type))[0];
  function_.set_name(value, std::move(name));
  return value;
}

ValueId Builder::input(std::string name, Type type) {
  ValueId value = append(Op::input, {}, NameAttr{name}, std::move(type))[0];
  function_.set_name(value, std::move(name));
  return value;
}

ValueId Builder::constant(double value, Type type) {
  return append(Op::constant, {}, ConstAttr{{value}}, std::move(type))[0];
}

ValueId Builder::constant(std::vector<double> values, Type type) {
  return append(Op::constant, {}, ConstAttr{std::move(values)}, std::move(type))[0];
}

ValueId Builder::iota(DimId dim) { return append(Op::iota, {}, DimAttr{dim})[0]; }

ValueId Builder::random(RandomAttr draw, Type type) {
  return append(Op::random, {}, draw, std::move(type))[0];
}

ValueId Builder::unary(Op op, ValueId a) {
  RNNC_CHECK(info(op).family == Family::unary && op != Op::cast, info(op).text);
  return append(op, {a}, {})[0];
}

ValueId Builder::cast(ValueId a, Element to) {
  Type wanted = type(a).with_element(to);
  return append(Op::cast, {a}, {}, std::move(wanted))[0];
}

ValueId Builder::binary(Op op, ValueId a, ValueId b) {
  RNNC_CHECK(info(op).family == Family::binary || info(op).family == Family::compare, info(op).text);
  return append(op, {a, b}, {})[0];
}

ValueId Builder::select(ValueId condition, ValueId yes, ValueId no) {
  return append(Op::select, {condition, yes, no}, {})[0];
}

}  // namespace rnnc::ir
