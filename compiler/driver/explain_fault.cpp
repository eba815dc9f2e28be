#include "compiler/driver/explain_fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/driver/call_arguments.h"
#include "compiler/driver/part.h"
#include "compiler/driver/trainable.h"
#include "compiler/interp/origin.h"

namespace rnnc::driver {

namespace {

using interp::Fault;
using ir::Op;

std::string_view sign_of(Op op) {
  switch (op) {
    case Op::add:
      return "+";
    case Op::sub:
      return "-";
    case Op::mul:
      return "*";
    case Op::div:
      return "/";
    case Op::pow:
      return "^";
    default:
      return "";
  }
}

// "0 / 0", "exp(104.2)", "a sum of products".
std::string made_by(const interp::Origin& origin) {
  const auto number = [](double x) {
    return std::isnan(x) ? "NaN" : std::isinf(x) ? (x > 0 ? "∞" : "-∞") : fmt::format("{:.4g}", x);
  };
  switch (origin.op) {
    case Op::param:
      return fmt::format("the parameter `{}`", origin.name);
    case Op::input:
      return fmt::format("`{}`", origin.name);
    case Op::contract:
      return "a sum of products";
    case Op::reduce:
      return "a sum";
    default:
      break;
  }
  const std::vector<double>& of = origin.operands;
  if (of.size() == 2 && !sign_of(origin.op).empty())
    return fmt::format("{} {} {}", number(of[0]), sign_of(origin.op), number(of[1]));
  std::string arguments;
  for (double operand : of) arguments += (arguments.empty() ? "" : ", ") + std::string(number(operand));
  const std::string_view name = ir::info(origin.op).text;
  return of.empty() ? fmt::format("`{}`", name) : fmt::format("{}({})", name, arguments);
}

std::string_view is_what(const interp::Origin& origin) {
  return std::isnan(origin.value) ? "is not a number" : "is infinite";
}

class Explainer {
 public:
  Explainer(std::shared_ptr<const sema::Model> model, const train::Call& call, const train::Arena& parameters)
      : model_(std::move(model)), call_(call), parameters_(parameters) {}

  FaultExplanation run() {
    // As it is written: what the passes make of it has other intermediate values.
    CompileOptions options;
    options.training = options.gradient = true;
    options.passes.bisect = 0;
    auto compiled = compile(model_, options);
    if (!compiled) return unknown(compiled.error().message);
    compiled_ = std::move(*compiled);
    arguments_ = arguments_of(call_, signature_of(compiled_), parameters_, compiled_);
    const ir::Module& module = compiled_.module;
    const ir::Function loss =
        part_of(module.forward, module.dims, [](const std::string& name) { return name == "loss"; });
    if (find(loss)) return explanation("");
    const ir::Function gradient = part_of(*module.gradient, module.dims,
                                          [](const std::string& name) { return name.starts_with("grad."); });
    if (find(gradient)) return explanation("in the gradient, ");
    return failure_.empty() ? unknown("only machine code has it, the interpreter has not")
                            : unknown(failure_);
  }

 private:
  static FaultExplanation unknown(const std::string& why) {
    return {fmt::format("where it comes from is not known: {}", why), {}};
  }

  // What is no number first, and the infinity that it was made of.
  bool find(const ir::Function& function) {
    fault_ = origin(function, Fault::nan);
    if (fault_) {
      const bool of_numbers = !fault_->operands.empty() &&
                              std::ranges::none_of(fault_->operands, [](double x) { return std::isinf(x); });
      if (!of_numbers) infinity_ = origin(function, Fault::infinite);
      if (infinity_ && !std::isinf(infinity_->value)) infinity_.reset();
    } else {
      fault_ = origin(function, Fault::infinite);
    }
    return fault_.has_value();
  }

  std::optional<interp::Origin> origin(const ir::Function& function, Fault fault) {
    auto found = interp::find_origin(function, compiled_.module.dims, arguments_, fault);
    if (found) return *found;
    failure_ = found.error().message;
    return std::nullopt;
  }

  FaultExplanation explanation(const std::string& part) const {
    const std::string fault = fmt::format("{} {}", made_by(*fault_), is_what(*fault_));
    FaultExplanation result{
        fmt::format("first {}{}{}", part, place(*fault_), fault), {fault_->span, fault}, {}};
    if (!is_own(fault_->span)) {
      // A function or a cell of the library: the line of the spec that uses it.
      auto own = std::ranges::find_if(fault_->readers, [&](support::Span span) { return is_own(span); });
      if (own != fault_->readers.end()) {
        result.related.push_back(std::exchange(result.primary, {*own, "in what this uses"}));
      }
    }
    if (!infinity_) return result;
    const std::string before = fmt::format("{} {}", made_by(*infinity_), is_what(*infinity_));
    const bool same_place = infinity_->row == fault_->row && infinity_->t == fault_->t;
    result.sentence += fmt::format("; before that, {}{}", same_place ? "" : place(*infinity_), before);
    if (infinity_->span.valid() && !(infinity_->span == fault_->span))
      result.related.push_back({infinity_->span, before});
    return result;
  }

  bool is_own(support::Span span) const { return span.file == model_->body->span.file; }

  std::string place(const interp::Origin& origin) const {
    std::string text;
    if (origin.row) {
      const auto row = static_cast<size_t>(*origin.row);
      text += fmt::format("in row {} (sequence {}), ", row, call_.sequence[row]);
    }
    if (origin.t) {
      const auto first = call_.first_t[origin.row.value_or(0)];
      text += fmt::format("t = {}: ", static_cast<uint64_t>(*origin.t) + first);
    }
    return text;
  }

  std::shared_ptr<const sema::Model> model_;
  const train::Call& call_;
  const train::Arena& parameters_;
  Compiled compiled_;
  interp::Arguments arguments_;
  std::optional<interp::Origin> fault_, infinity_;
  std::string failure_;
};

}  // namespace

FaultExplanation explain_fault(const std::shared_ptr<const sema::Model>& model, const train::Call& call,
                               const train::Arena& parameters) {
  return Explainer(model, call, parameters).run();
}

}  // namespace rnnc::driver
