// By elements, and what leaves some of them out.
#include <fmt/format.h>

#include <map>

#include "compiler/sema/rules.h"

namespace rnnc::sema {

namespace {

std::optional<double> rate_of(const Use& use) {
  if (use.callable.positional.size() != 1) {
    use.fail(Code::missing_setting,
             fmt::format("`{}` needs its rate: `{}`", use.callable.name, use.callable.builtin->usage));
    return std::nullopt;
  }
  const Static& given = use.callable.positional[0];
  const double* real = std::get_if<double>(&given);
  const Size* size = std::get_if<Size>(&given);
  // A whole number can only be 0, and so can a setting whose value is still open while a cell is checked for
  // all its uses.
  if (size != nullptr && (!size->number() || *size->number() == 0)) return 0.0;
  if (real != nullptr && *real >= 0 && *real < 1) return *real;
  use.fail(Code::bad_setting,
           fmt::format("the rate of `{}` must be at least 0 and below 1", use.callable.name),
           "it is the share that is left out: `dropout[0.2](x)`");
  return std::nullopt;
}

}  // namespace

Val element_rule(const Use& use) {
  static const std::map<std::string_view, ElementFn> functions = {
      {"exp", ElementFn::exp},           {"log", ElementFn::log},         {"sqrt", ElementFn::sqrt},
      {"abs", ElementFn::abs},           {"sigmoid", ElementFn::sigmoid}, {"tanh", ElementFn::tanh},
      {"softplus", ElementFn::softplus}, {"sin", ElementFn::sin},         {"cos", ElementFn::cos},
      {"detach", ElementFn::detach},     {"max", ElementFn::max},         {"min", ElementFn::min},
      {"clamp", ElementFn::clamp},       {"where", ElementFn::where}};
  if (!use.callable.positional.empty())
    return use.fail(Code::too_many_settings, fmt::format("`{}` takes no settings", use.callable.name));
  std::vector<Val> values;
  std::vector<const ast::Expr*> exprs;
  for (const Argument& argument : use.arguments.positional) {
    values.push_back(use.scope.evaluate(argument, use.line, use.expected));
    exprs.push_back(argument.expr);
  }
  return use.scope.element(functions.at(use.callable.builtin->name), std::move(values), exprs, use.span);
}

Val dropout_rule(const Use& use) {
  auto rate = rate_of(use);
  if (!rate) return use.scope.bad();
  DropPer per = DropPer::step;
  for (const auto& [name, value] : use.callable.named) {
    const Word* word = std::get_if<Word>(&value);
    if (name != "per" || word == nullptr || (word->text != "sequence" && word->text != "step")) {
      return use.fail(Code::bad_setting, "`dropout` knows the setting `per = step` or `per = sequence`",
                      "`dropout[0.2, per = sequence](x)`");
    }
    if (word->text == "sequence") per = DropPer::sequence;
  }
  Val value = use.scope.evaluate(use.arguments.positional[0], use.line, use.expected);
  if (!use.scope.is_vector(value, use.at(0))) return use.scope.bad();
  if (std::holds_alternative<node::Parameter>(use.scope.node(value).data)) per = DropPer::parameter;
  Val result =
      use.scope.make(node::Dropout{value.node, *rate, per}, use.scope.type(value), use.span, value.sees);
  result.origin = value.origin;
  return result;
}

Val zoneout_rule(const Use& use) {
  auto rate = rate_of(use);
  if (!rate) return use.scope.bad();
  std::vector<Val> values = {use.scope.evaluate(use.arguments.positional[0], use.line, use.expected),
                             use.scope.evaluate(use.arguments.positional[1], use.line, use.expected)};
  std::optional<Clock> clock;
  Dependencies sees;
  Shape shape;
  if (!use.scope.is_vector(values[0], use.at(0)) || !use.scope.is_vector(values[1], use.at(1)) ||
      !use.scope.meet(values, clock, sees, use.span) ||
      !use.scope.align(values, {use.expr(0), use.expr(1)}, use.span, shape)) {
    return use.scope.bad();
  }
  return use.scope.make(node::Zoneout{values[0].node, values[1].node, *rate}, {shape, {}, clock}, use.span,
                        sees);
}

}  // namespace rnnc::sema
