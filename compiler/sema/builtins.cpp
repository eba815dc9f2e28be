#include "compiler/sema/builtins.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/ast/print.h"
#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

const std::vector<Builtin>& builtins() {
  using enum BuiltinKind;
  static const std::vector<Builtin> table = {
      {"exp", element, 1, "exp(x)"},
      {"log", element, 1, "log(x)"},
      {"sqrt", element, 1, "sqrt(x)"},
      {"abs", element, 1, "abs(x)"},
      {"sigmoid", element, 1, "sigmoid(x)"},
      {"tanh", element, 1, "tanh(x)"},
      {"softplus", element, 1, "softplus(x)"},
      {"sin", element, 1, "sin(x)"},
      {"cos", element, 1, "cos(x)"},
      {"detach", element, 1, "detach(x)"},
      {"max", element, 2, "max(a, b), or over a dimension max[D](x), over time max[t](y)"},
      {"min", element, 2, "min(a, b), or over a dimension min[D](x), over time min[t](y)"},
      {"clamp", element, 3, "clamp(x, low, high)"},
      {"where", element, 3, "where(condition, a, b)"},
      {"sum", reduce, 1, "sum[D](x), sum[t](y)"},
      {"mean", reduce, 1, "mean[D](x), mean[t](y)"},
      {"softmax", softmax, 1, "softmax(x), softmax[D](x), softmax[t](y)"},
      {"log_softmax", log_softmax, 1, "log_softmax(x), log_softmax[D](x), log_softmax[t](y)"},
      {"cross_entropy", cross_entropy, 2, "cross_entropy(logits, target)"},
      {"onehot", onehot, 1, "onehot(w)"},
      {"dot", dot, 2, "dot(a, b)"},
      {"outer", outer, 2, "outer(a, b)"},
      {"split", split, 1, "a, b: [H] = split(x)"},
      {"reshape", reshape, 1, "reshape[N, D](x)"},
      {"flatten", flatten, 1, "flatten(x)"},
      {"window", window, 1, "window[K](x)"},
      {"dropout", dropout, 1, "dropout[0.2](x)"},
      {"zoneout", zoneout, 2, "zoneout[0.1](new, old)"},
      {"linear", linear, 0, "linear(x, h[t-1]), linear[H](x)"},
      {"headwise", headwise, 0, "headwise(h[t-1])"},
      {"last", last, 1, "last(y)"},
      {"final", final, 1, "final(y)"},
      {"reverse", reverse, 1, "reverse(y)"},
      {"repeat", repeat, 2, "repeat(z, y)"},
      {"stack", stack, 1, "stack[LSTM[H], 3](x)"},
      {"bidirectional", bidirectional, 1, "bidirectional[LSTM[H]](x)"},
  };
  return table;
}

const Builtin* find_builtin(std::string_view name) {
  for (const Builtin& builtin : builtins()) {
    if (builtin.name == name) return &builtin;
  }
  return nullptr;
}

namespace {

// What a rule needs of one use of something built in.
struct Use {
  Scope& scope;
  const Callable& callable;
  Arguments& arguments;
  Line& line;
  std::optional<Shape> expected;
  Span span;

  const ast::Expr* expr(size_t i) const { return arguments.positional[i].expr; }
  Span at(size_t i) const { return arguments.positional[i].span; }
  Val value(size_t i) const { return scope.evaluate(arguments.positional[i], line); }
  Val fail(Code code, std::string message, std::string help = {}) const {
    scope.error(code, span, std::move(message), {}, std::move(help));
    return scope.bad();
  }
};

bool known_shape(const Use& use, const Val& value, size_t i) {
  const Shape& shape = use.scope.type(value).shape;
  if (std::none_of(shape.begin(), shape.end(), [](const Size& s) { return s.is_pack(); })) return true;
  use.scope.error(
      Code::shapeless_input, use.at(i),
      fmt::format("`{}` needs a shape, and an input without a shape may have any shape", use.callable.name),
      {}, "declare it: `input x: [X]`");
  return false;
}

Dependencies present(Dependencies sees) {
  for (auto& [target, how] : sees) how = Sees::present;
  return sees;
}

// The place of the dimension that a bracket names; of none, the last.
std::optional<uint32_t> axis_of(const Use& use, const Shape& shape, const Static* named) {
  if (named == nullptr) {
    if (!shape.empty()) return static_cast<uint32_t>(shape.size() - 1);
    use.fail(Code::no_such_dimension, fmt::format("`{}` of a single number", use.callable.name),
             "it runs over a dimension; this has none");
    return std::nullopt;
  }
  const Size* size = std::get_if<Size>(named);
  if (size == nullptr) {
    use.fail(Code::not_a_size,
             fmt::format("`{}` names a dimension, or `t`, in its brackets", use.callable.name),
             std::string(use.callable.builtin->usage));
    return std::nullopt;
  }
  auto count = std::count(shape.begin(), shape.end(), *size);
  if (count == 1) return static_cast<uint32_t>(std::find(shape.begin(), shape.end(), *size) - shape.begin());
  use.fail(
      count == 0 ? Code::no_such_dimension : Code::repeated_dimension,
      fmt::format("`{}[{}]` of {}: {}", use.callable.name, size->text(), text(shape),
                  count == 0 ? "it has no such dimension"
                             : "the dimension occurs twice; give the two their own names"),
      shape.empty() ? "" : fmt::format("for example `{}[{}](...)`", use.callable.name, shape.back().text()));
  return std::nullopt;
}

bool needs_time(const Use& use, const Val& value) {
  if (use.scope.type(value).clock) return true;
  use.fail(Code::needs_sequence,
           use.scope.in_cell()
               ? fmt::format("`{}` needs a whole sequence; a cell sees one step", use.callable.name)
               : fmt::format("`{}`: it needs a sequence", use.callable.name),
           use.scope.in_cell() ? "declare `input memory: seq [M]` to see a sequence whole"
                               : "declare the input `seq [X]`");
  return false;
}

// ---------------------------------------------------------------- elements

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

// ---------------------------------------------------------------- over a dimension, over time

Val reduce_rule(const Use& use) {
  static const std::map<std::string_view, ReduceFn> functions = {
      {"sum", ReduceFn::sum}, {"mean", ReduceFn::mean}, {"max", ReduceFn::max}, {"min", ReduceFn::min}};
  if (use.callable.positional.empty()) {
    return use.fail(Code::reduce_over_what,
                    fmt::format("`{0}` says what it runs over: `{0}[D](x)`, `{0}[t](y)`", use.callable.name));
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

// Is the argument visibly a probability already: softmax(...), sigmoid(...), or a name for such?
bool is_probability(const Use& use, const Val& value) {
  const Node& made = use.scope.node(value);
  const auto* element = std::get_if<node::Element>(&made.data);
  return std::holds_alternative<node::Softmax>(made.data) ||
         (element != nullptr && element->fn == ElementFn::sigmoid);
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

// ---------------------------------------------------------------- products and arrangement

Val onehot_rule(const Use& use) {
  Val value = use.value(0);
  if (value.bad()) return use.scope.bad();
  if (!value.node.valid() || !use.scope.type(value).token) {
    return use.fail(Code::vector_as_token, "`onehot` needs a token",
                    "declare the input `token[V]` or `seq token[V]`");
  }
  const Type type = use.scope.type(value);
  return use.scope.make(node::OneHot{value.node}, {{*type.token}, {}, type.clock}, use.span, value.sees);
}

Val two_vectors_rule(const Use& use) {
  Val a = use.value(0), b = use.value(1);
  std::optional<Clock> clock;
  Dependencies sees;
  if (!use.scope.is_vector(a, use.at(0)) || !use.scope.is_vector(b, use.at(1)) ||
      !use.scope.meet({a, b}, clock, sees, use.span))
    return use.scope.bad();
  if (!known_shape(use, a, 0) || !known_shape(use, b, 1)) return use.scope.bad();
  const Shape x = use.scope.type(a).shape, y = use.scope.type(b).shape;
  if (use.callable.builtin->kind == BuiltinKind::dot) {
    if (x != y || x.empty()) {
      use.scope.error(Code::dot_shapes, use.span, fmt::format("`dot` of {} and {}", text(x), text(y)), {},
                      "both need the same shape; the last dimension is summed",
                      {{use.at(0), text(x)}, {use.at(1), text(y)}});
      return use.scope.bad();
    }
    auto batch = static_cast<uint32_t>(x.size() - 1);
    return use.scope.make(node::Contract{a.node, b.node, batch, 1},
                          {Shape(x.begin(), x.end() - 1), {}, clock}, use.span, sees);
  }
  uint32_t batch = 0;  // outer sets aside leading names that both share
  while (batch + 1 < x.size() && batch + 1 < y.size() && x[batch] == y[batch]) ++batch;
  Shape shape = x;
  shape.insert(shape.end(), y.begin() + batch, y.end());
  return use.scope.make(node::Contract{a.node, b.node, batch, 0}, {shape, {}, clock}, use.span, sees);
}

Val split_rule(const Use& use) {
  if (use.line.count < 2) {
    return use.fail(Code::split_needs_names, "`split` gives its parts to the names of a line",
                    "for example `a, b: [H] = split(x)`");
  }
  auto owned_before = use.line.taken;
  Val value = use.value(0);
  if (!use.scope.is_vector(value, use.at(0))) return use.scope.bad();
  if (use.line.taken != owned_before) {
    use.scope.error(
        Code::split_owns, use.at(0), "what `split` takes apart owns parameters: give it a line of its own",
        {}, "`a = linear[2 * H](x)`, then `x, y: [H] = split(a)`; on one line each name would own a copy");
    return use.scope.bad();
  }
  if (!known_shape(use, value, 0)) return use.scope.bad();
  const Type type = use.scope.type(value);
  Size count(use.line.count);
  Shape part = type.shape;
  if (part.empty()) return use.fail(Code::split_parts, "a single number cannot be split");
  if (use.line.shape) {
    Shape want = *use.line.shape;
    if (want.empty() || want.size() != part.size() ||
        !std::equal(want.begin(), want.end() - 1, part.begin()) || count * want.back() != part.back()) {
      use.scope.error(
          Code::split_parts, use.at(0),
          fmt::format("`split`: {} parts of {} do not make {}", use.line.count, text(want), text(part)),
          text(part));
      return use.scope.bad();
    }
    part = want;
  } else {
    part.back() = *Size::divide(part.back(), count);
  }
  return use.scope.make(node::Part{value.node, use.line.index, use.line.count}, {part, {}, type.clock},
                        use.span, value.sees);
}

Val reshape_rule(const Use& use) {
  Val value = use.value(0);
  if (!use.scope.is_vector(value, use.at(0)) || !known_shape(use, value, 0)) return use.scope.bad();
  const Type type = use.scope.type(value);
  Shape shape;
  if (use.callable.builtin->kind == BuiltinKind::flatten) {
    shape = {product(type.shape)};
  } else {
    for (const Static& given : use.callable.positional) {
      const Size* size = std::get_if<Size>(&given);
      if (size == nullptr)
        return use.fail(Code::not_a_size, "`reshape` takes sizes in brackets", "`reshape[N, D](x)`");
      shape.push_back(*size);
    }
    if (product(shape) != product(type.shape)) {
      return use.fail(Code::reshape_count,
                      fmt::format("`reshape`: {} has {} numbers, {} has {}", text(type.shape),
                                  product(type.shape).text(), text(shape), product(shape).text()),
                      "declare the sizes so that they agree as names: `input x: [N * D]`");
    }
  }
  Val result = use.scope.make(node::Reshape{value.node}, {shape, {}, type.clock}, use.span, value.sees);
  result.origin = use.span;
  return result;
}

Val window_rule(const Use& use) {
  const Size* count =
      use.callable.positional.size() == 1 ? std::get_if<Size>(&use.callable.positional[0]) : nullptr;
  if (count == nullptr || (count->number() && *count->number() < 1)) {
    return use.fail(Code::missing_setting, "`window` needs how many values it holds: `window[4](x)`");
  }
  Val value = use.value(0);
  if (!use.scope.is_vector(value, use.at(0))) return use.scope.bad();
  if (use.scope.past(value, Size(1), use.span).bad())
    return use.scope.bad();  // it has a past, or this says why not
  Type type = use.scope.type(value);
  type.shape.insert(type.shape.begin(), *count);
  return use.scope.make(node::Window{value.node, *count}, type, use.span, value.sees);
}

// ---------------------------------------------------------------- sequences

Val last_rule(const Use& use) {
  Val value = use.value(0);
  const bool reverse = use.callable.builtin->kind == BuiltinKind::reverse;
  if (value.bad()) return use.scope.bad();
  if (value.bundle || !value.several.empty()) return use.scope.is_vector(value, use.at(0)), use.scope.bad();
  if (!needs_time(use, value)) return use.scope.bad();
  use.scope.note_whole_use(use.line, use.span);
  Type type = use.scope.type(value);
  if (!reverse) {
    type.clock.reset();
    bool backwards =
        value.applied && std::any_of(value.applied->parts.begin(), value.applied->parts.end(),
                                     [](const auto& part) { return part.second->reversed_half; });
    if (backwards) {
      use.scope.world().report(
          {Code::last_of_bidirectional,
           "`last` of `bidirectional`: the backward half has read one step there",
           {use.span, ""},
           {},
           {},
           "take `mean[t](y)`, or both ends: `b = LSTM[H](reverse(x))` and `[last(a), last(b)]`"});
    }
    return use.scope.make(node::Last{value.node}, type, use.span, present(value.sees));
  }
  return use.scope.make(node::Reverse{value.node}, type, use.span, present(value.sees));
}

Val final_rule(const Use& use) {
  Val value = use.value(0);
  if (value.bad()) return use.scope.bad();
  auto remembers = [](const Applied& applied, const auto& self) -> bool {
    if (!applied.chain.empty() && applied.chain.back().cell->stateful) return true;
    return std::any_of(applied.parts.begin(), applied.parts.end(),
                       [&](const auto& part) { return self(*part.second, self); });
  };
  if (!value.applied || !remembers(*value.applied, remembers)) {
    return use.fail(Code::final_needs_cell,
                    "`final`: what made this keeps no state; take `final` right after the cell",
                    "`s = final(x |> LSTM[H])`, and what follows on another line");
  }
  use.scope.note_whole_use(use.line, use.span);
  Val result;
  result.bundle = true;
  result.applied = value.applied;
  result.sees = present(value.sees);
  return result;
}

Val repeat_rule(const Use& use) {
  Val value = use.value(0), like = use.value(1);
  if (!use.scope.is_vector(value, use.at(0)) || like.bad() || !like.node.valid()) return use.scope.bad();
  const Type type = use.scope.type(value);
  const auto clock = use.scope.type(like).clock;
  if (type.clock || !clock) {
    return use.fail(Code::repeat_arguments,
                    "`repeat(z, x)` takes a single value, and a sequence to last as long as");
  }
  Dependencies sees = value.sees;
  for (const auto& [target, how] : like.sees) sees.emplace(target, Sees::past);
  return use.scope.make(node::Repeat{value.node, like.node}, {type.shape, {}, clock}, use.span,
                        std::move(sees));
}

}  // namespace

void Scope::note_whole_use(const Line& line, Span span) {
  if (!line.loss && !in_cell()) root_->whole_uses_.push_back(span);
}

Val Scope::builtin(const Callable& callable, Arguments& arguments, Line& line,
                   const std::optional<Shape>& expected, Span span) {
  const Builtin& row = *callable.builtin;
  Use use{*this, callable, arguments, line, expected, span};
  using enum BuiltinKind;
  if (row.kind == linear || row.kind == headwise)
    return this->linear(callable, arguments, line, expected, span);
  if (row.kind == stack) return this->stack(callable, arguments, line, span);
  if (row.kind == bidirectional) return this->bidirectional(callable, arguments, line, span);
  const bool reduces = (row.name == "max" || row.name == "min") && !callable.positional.empty();
  if (row.kind == reduce && callable.positional.empty()) return reduce_rule(use);
  const size_t values = reduces ? 1 : row.values;
  if (arguments.positional.size() != values || !arguments.named.empty()) {
    return use.fail(Code::wrong_value_count,
                    fmt::format("`{}` takes {} value{}", callable.name, values, values == 1 ? "" : "s"),
                    std::string(row.usage));
  }
  if (reduces) return reduce_rule(use);
  switch (row.kind) {
    case element:
      return element_rule(use);
    case reduce:
      return reduce_rule(use);
    case softmax:
    case log_softmax:
      return softmax_rule(use);
    case cross_entropy:
      return cross_entropy_rule(use);
    case onehot:
      return onehot_rule(use);
    case dot:
    case outer:
      return two_vectors_rule(use);
    case split:
      return split_rule(use);
    case reshape:
    case flatten:
      return reshape_rule(use);
    case window:
      return window_rule(use);
    case dropout:
      return dropout_rule(use);
    case zoneout:
      return zoneout_rule(use);
    case last:
    case reverse:
      return last_rule(use);
    case final:
      return final_rule(use);
    case repeat:
      return repeat_rule(use);
    case linear:
    case headwise:
    case stack:
    case bidirectional:
      break;
  }
  RNNC_UNREACHABLE("a layer was dealt with above");
}

}  // namespace rnnc::sema
