#include <fmt/format.h>

#include "compiler/ir/printer.h"
#include "compiler/ir/words.h"

namespace rnnc::ir {

namespace {

std::string join_values(const std::vector<ValueId>& values, size_t begin, size_t end,
                        const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = begin; i < end && i < values.size(); ++i) {
    if (i > begin) text += ", ";
    text += values[i].index < names.size() ? names[values[i].index] : "%?";
  }
  return text;
}

// Writes the words of an op: those before its operands, the operands, those after.
class OperationText {
 public:
  OperationText(const Instr& instr, const std::vector<std::string>& names, const DimTable& dims)
      : instr_(instr), names_(names), dims_(dims) {}

  std::string operator()(const std::monostate&) const { return operands(); }
  std::string operator()(const NameAttr& a) const { return " " + to_word(a.name); }
  std::string operator()(const ConstAttr& a) const {
    if (a.values.size() == 1) return fmt::format(" {}", a.values[0]);
    return fmt::format(" [{}]", fmt::join(a.values, ", "));
  }
  std::string operator()(const DimAttr& a) const {
    if (instr_.op == Op::iota) return " " + dim(a.dim);
    return operands() + " along " + dim(a.dim);
  }
  std::string operator()(const RandomAttr& a) const {
    std::string p = a.distribution == Distribution::bernoulli ? fmt::format(" {}", a.p) : "";
    return fmt::format(" {}{} site {} per {}", word(a.distribution), p, a.site, word(a.per));
  }
  std::string operator()(const OverAttr& a) const { return operands() + over(a.over); }
  std::string operator()(const ReduceAttr& a) const {
    return fmt::format(" {}{}{}", word(a.reduction), operands(), over(a.over));
  }
  std::string operator()(const RangeAttr& a) const {
    return fmt::format("{} from {} to {} at {}", operands(), dim(a.from), dim(a.to), a.start);
  }
  std::string operator()(const ShiftAttr& a) const {
    return fmt::format("{} along {} by {}", operands(), dim(a.time), a.by);
  }
  std::string operator()(const FlipAttr& a) const { return operands() + " along " + dim(a.time); }
  std::string operator()(const PrefixAttr& a) const {
    std::string semiring = a.kind == PrefixKind::affine ? fmt::format(" {}", word(a.semiring)) : "";
    return fmt::format(" {}{} {}{} along {}", word(a.kind), semiring, word(a.direction), operands(),
                       dim(a.time));
  }
  std::string operator()(const ScanAttr& a) const {
    size_t with = size_t{a.each} + a.with;
    std::string name = a.body && !a.body->name().empty() ? " @" + to_word(a.body->name()) : "";
    return fmt::format(" {} {}{} each({}) with({}) carry({})", word(a.direction), dim(a.time), name,
                       join_values(instr_.operands, 0, a.each, names_),
                       join_values(instr_.operands, a.each, with, names_),
                       join_values(instr_.operands, with, instr_.operands.size(), names_));
  }

 private:
  std::string operands() const {
    return instr_.operands.empty() ? ""
                                   : " " + join_values(instr_.operands, 0, instr_.operands.size(), names_);
  }
  std::string dim(DimId id) const { return id.index < dims_.size() ? to_word(dims_[id].name) : "?"; }
  std::string over(const std::vector<DimId>& dims) const {
    std::string text = " over {";
    for (size_t i = 0; i < dims.size(); ++i) text += (i > 0 ? "," : "") + dim(dims[i]);
    return text + "}";
  }

  const Instr& instr_;
  const std::vector<std::string>& names_;
  const DimTable& dims_;
};

}  // namespace

std::string operation_text(const Instr& instr, const std::vector<std::string>& names, const DimTable& dims) {
  return std::string(info(instr.op).text) + std::visit(OperationText(instr, names, dims), instr.attributes);
}

}  // namespace rnnc::ir
