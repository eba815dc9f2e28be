// Over a dimension, over time.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/sema/rules.h"

namespace rnnc::sema {

namespace {

// Is the argument visibly a probability already: softmax(...), sigmoid(...), or a name for such?
bool is_probability(const Use& use, const Val& value) {
  const Node& made = use.scope.node(value);
  const auto* element = std::get_if<node::Element>(&made.data);
  return std::holds_alternative<node::Softmax>(made.data) ||
         (element != nullptr && element->fn == ElementFn::sigmoid);
}

}  // namespace

Val reduce_rule(const Use& use) {
  static const std::map<std::string_view, ReduceFn> functions = {
      {"sum", ReduceFn::sum}, {"mean", ReduceFn::mean}, {"max", ReduceFn::max}, {"min", ReduceFn::min}};
  if (use.callable.positional.empty()) {
    return use.fail(Code::reduce_over_what,
                    fmt::format("`{0}` says what it runs over: `{0}[D](x)`, `{0}[t](y)`", use.callable.name),
                    "name the dimension in brackets, or `t` for time");
  }
  Val value = use.value(0);
  if (!use.scope.is_vector(value, use.at(0))) return use.scope.bad();
  Type type = use.scope.type(value);
  Dependencies sees = value.sees;
  node::Reduce reduce{functions.at(use.callable.builtin->name), value.node, {}, false};
  Shape rest = type.shape;
  for (const Static& over : use.callable.positional) {
    if (std::holds_alternative<TimeWord>(over)) {
      if (!needs_time(use, value)) return use.scope.bad();
      reduce.over_time = true;
      sees = present(std::move(sees));
      use.scope.note_whole_use(use.line, use.span);
      type.clock.reset();
      continue;
    }
    if (!known_shape(use, value, 0)) return use.scope.bad();
    auto axis = axis_of(use, type.shape, &over);
    if (!axis) return use.scope.bad();
    reduce.axes.push_back(*axis);
    auto in_rest = std::find(rest.begin(), rest.end(), type.shape[*axis]);
    if (in_rest == rest.end())
      return use.fail(Code::no_such_dimension,
                      fmt::format("`{}` names a dimension twice", use.callable.name));
    rest.erase(in_rest);
  }
  type.shape = rest;
  return use.scope.make(std::move(reduce), type, use.span, std::move(sees));
}

Val softmax_rule(const Use& use) {
  if (use.callable.positional.size() > 1)
    return use.fail(Code::too_many_settings, fmt::format("`{}` runs over one dimension", use.callable.name));
  Val value = use.value(0);
  if (!use.scope.is_vector(value, use.at(0))) return use.scope.bad();
  const Static* over = use.callable.positional.empty() ? nullptr : &use.callable.positional[0];
  bool log = use.callable.builtin->kind == BuiltinKind::log_softmax;
  Type type = use.scope.type(value);
  if (over != nullptr && std::holds_alternative<TimeWord>(*over)) {
    if (!needs_time(use, value)) return use.scope.bad();
    use.scope.note_whole_use(use.line, use.span);
    return use.scope.make(node::Softmax{value.node, log, true, 0}, type, use.span, present(value.sees));
  }
  if (!known_shape(use, value, 0)) return use.scope.bad();
  auto axis = axis_of(use, type.shape, over);
  if (!axis) return use.scope.bad();
  return use.scope.make(node::Softmax{value.node, log, false, *axis}, type, use.span, value.sees);
}

Val cross_entropy_rule(const Use& use) {
  Val logits = use.value(0), target = use.value(1);
  if (!use.scope.is_vector(logits, use.at(0)) || target.bad()) return use.scope.bad();
  if (is_probability(use, logits)) {
    use.scope.error(
        Code::takes_logits, use.at(0),
        fmt::format("`cross_entropy` takes logits; {} is a probability already", Scope::quote(use.expr(0))),
        {}, "hand it what goes into the softmax; it is computed inside, where it cannot overflow");
    return use.scope.bad();
  }
  const bool token = target.node.valid() && use.scope.type(target).token.has_value();
  if (!token && !use.scope.is_vector(target, use.at(1))) return use.scope.bad();
  if (!known_shape(use, logits, 0)) return use.scope.bad();
  Type type = use.scope.type(logits);
  auto axis =
      axis_of(use, type.shape, use.callable.positional.empty() ? nullptr : &use.callable.positional[0]);
  if (!axis) return use.scope.bad();
  const Type& against = use.scope.type(target);
  const Shape want = token ? Shape{*against.token} : against.shape;
  const Shape have = token ? Shape{type.shape[*axis]} : type.shape;
  if (have != want || (token && type.shape.size() != 1)) {
    use.scope.error(Code::cross_entropy_shape, use.at(0),
                    fmt::format("`cross_entropy`: logits {} against {}", text(type.shape), text(want)),
                    text(type.shape), "there must be one logit for each token",
                    {{use.at(1), token ? fmt::format("token{}", text(want)) : text(want)}});
    return use.scope.bad();
  }
  if (against.clock && type.clock) use.scope.unify(*against.clock, *type.clock);
  if (against.clock) type.clock = use.scope.root(*against.clock);
  Dependencies sees = logits.sees;
  for (const auto& [name, how] : target.sees) {
    if (how == Sees::present || !sees.contains(name)) sees[name] = how;
  }
  type.shape.erase(type.shape.begin() + *axis);
  return use.scope.make(node::CrossEntropy{logits.node, target.node, *axis}, type, use.span, std::move(sees));
}

}  // namespace rnnc::sema
