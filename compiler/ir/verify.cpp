#include "compiler/ir/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "compiler/ir/infer.h"
#include "compiler/ir/text.h"

namespace rnnc::ir {

namespace {

using support::Failure;
using support::Status;

class Verifier {
 public:
  Verifier(const Function& function, const DimTable& dims, bool is_body)
      : function_(function), dims_(dims), is_body_(is_body), defined_(function.values().size(), false) {}

  Status run() {
    if (Status status = parameters(); !status) return status;
    for (uint32_t i = 0; i < function_.instrs().size(); ++i) {
      if (Status status = instruction(InstrId{i}); !status) return status;
    }
    return results();
  }

 private:
  Failure failure(std::string_view what) const {
    return {fmt::format("function @{}: {}", function_.name(), what)};
  }
  Failure failure(InstrId id, std::string_view what) const {
    return {fmt::format("function @{}: {}\n  {}", function_.name(), what, print(function_, id, dims_)),
            function_[id].span};
  }

  Status parameters() {
    if (!is_body_ && !function_.parameters().empty())
      return failure("only the body of a scan has parameters");
    for (ValueId id : function_.parameters()) {
      if (id.index >= defined_.size() || function_[id].producer.valid())
        return failure("a parameter that is none");
      defined_[id.index] = true;
    }
    return support::ok();
  }

  Status instruction(InstrId id) {
    const Instr& instr = function_[id];
    if (Status status = shape(id, instr); !status) return status;
    if (Status status = types(id, instr); !status) return status;
    if (Status status = place(id, instr); !status) return status;
    if (const auto* scan = std::get_if<ScanAttr>(&instr.attributes)) {
      if (Status status = body(id, *scan); !status) return status;
    }
    for (ValueId result : instr.results) defined_[result.index] = true;
    return support::ok();
  }

  // Operands come first, results belong to this instruction.
  Status shape(InstrId id, const Instr& instr) const {
    for (ValueId operand : instr.operands) {
      if (operand.index >= defined_.size()) return failure(id, "an operand that is no value");
      if (!defined_[operand.index]) return failure(id, "an operand that is not defined before");
    }
    if (instr.results.empty()) return failure(id, "an instruction without a result");
    for (uint32_t i = 0; i < instr.results.size(); ++i) {
      if (instr.results[i].index >= defined_.size()) return failure(id, "a result that is no value");
      const Value& value = function_[instr.results[i]];
      if (value.producer != id || value.index != i) return failure(id, "a result of another instruction");
    }
    return support::ok();
  }

  Status types(InstrId id, const Instr& instr) const {
    std::vector<Type> operands, results;
    for (ValueId operand : instr.operands) operands.push_back(function_.type(operand));
    for (ValueId result : instr.results) results.push_back(function_.type(result));
    auto inferred = infer(dims_, instr.op, operands, instr.attributes, results[0]);
    if (!inferred) return failure(id, inferred.error().message);
    if (*inferred != results) return failure(id, "result types are not those of the operation");
    return support::ok();
  }

  // What may stand only in functions of the module, and under which names.
  Status place(InstrId id, const Instr& instr) {
    bool outside_only = instr.op == Op::param || instr.op == Op::input || instr.op == Op::random;
    if (is_body_ && outside_only) return failure(id, "not allowed in the body of a scan");
    const auto* named = std::get_if<NameAttr>(&instr.attributes);
    if (!named) return support::ok();
    auto& names = instr.op == Op::param ? params_ : inputs_;
    if (!names.insert(named->name).second) return failure(id, "a second leaf of this name");
    if (instr.op == Op::input) return lengths(id, named->name, function_.type(instr.results[0]));
    return support::ok();
  }

  Status lengths(InstrId id, const std::string& name, const Type& type) const {
    constexpr std::string_view kPrefix = "lengths.";
    if (name.rfind(kPrefix, 0) != 0) return support::ok();
    DimId time = dims_.find(name.substr(kPrefix.size()));
    if (!time.valid() || dims_[time].kind != DimKind::time) return failure(id, "lengths of what is no time");
    bool fits =
        type.element == Element::i32 && type.dims.size() == 1 && dims_[type.dims[0]].kind == DimKind::batch;
    if (!fits) return failure(id, "lengths are i32 over the batch");
    return support::ok();
  }

  Status body(InstrId id, const ScanAttr& scan) const {
    for (const Value& value : scan.body->values()) {
      if (value.type.has(scan.time)) return failure(id, "the body has the time of its scan");
    }
    if (Status status = Verifier(*scan.body, dims_, true).run(); !status) {
      return failure(id, fmt::format("in the body: {}", status.error().message));
    }
    return support::ok();
  }

  Status results() const {
    std::set<std::string_view> names;
    for (const NamedResult& result : function_.results()) {
      if (result.value.index >= defined_.size() || !defined_[result.value.index]) {
        return failure(fmt::format("result {} is no value", result.name));
      }
      // Of a body both an out and the carry it comes from may have one name.
      if (!is_body_ && (result.name.empty() || !names.insert(result.name).second)) {
        return failure(fmt::format("a second result `{}`", result.name));
      }
    }
    return support::ok();
  }

  const Function& function_;
  const DimTable& dims_;
  bool is_body_;
  std::vector<bool> defined_;
  std::set<std::string> params_, inputs_;
};

Status check_table(const DimTable& dims) {
  for (uint32_t i = 0; i < dims.size(); ++i) {
    const Dim& dim = dims[DimId{i}];
    if (dim.name.empty() || dims.find(dim.name) != DimId{i}) {
      return Failure{fmt::format("dimension {} has the name `{}`, which is empty or taken", i, dim.name)};
    }
    if (dim.kind == DimKind::constant ? dim.size < 1 : dim.size != 0) {
      return Failure{fmt::format("dimension {} has size {}", dim.name, dim.size)};
    }
  }
  return support::ok();
}

}  // namespace

Status verify(const Function& function, const DimTable& dims) {
  if (Status status = check_table(dims); !status) return status;
  return Verifier(function, dims, false).run();
}

}  // namespace rnnc::ir
