// Expressions and equations.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/ast/print.h"
#include "compiler/sema/builtins.h"
#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

namespace {

ElementFn element_fn(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::add:
      return ElementFn::add;
    case ast::BinaryOp::subtract:
      return ElementFn::subtract;
    case ast::BinaryOp::multiply:
      return ElementFn::multiply;
    case ast::BinaryOp::divide:
      return ElementFn::divide;
    case ast::BinaryOp::power:
      return ElementFn::power;
    case ast::BinaryOp::less:
      return ElementFn::less;
    case ast::BinaryOp::less_equal:
      return ElementFn::less_equal;
    case ast::BinaryOp::greater:
      return ElementFn::greater;
    case ast::BinaryOp::greater_equal:
      return ElementFn::greater_equal;
    case ast::BinaryOp::equal:
      return ElementFn::equal;
    case ast::BinaryOp::not_equal:
      return ElementFn::not_equal;
    case ast::BinaryOp::contract:
      break;
  }
  RNNC_UNREACHABLE("a contraction is no element-wise operation");
}

Argument argument_of(const ast::Expr& expr) { return {&expr, {}, expr.span}; }

Arguments arguments_of(const std::vector<ast::Argument>& list) {
  Arguments result;
  for (const ast::Argument& argument : list) {
    if (argument.name) {
      result.named.emplace_back(argument.name->text, argument_of(*argument.value));
      result.named.back().second.name_span = argument.name->span;
    } else {
      result.positional.push_back(argument_of(*argument.value));
    }
  }
  return result;
}

}  // namespace

Val Scope::evaluate(const Argument& argument, Line& line, const std::optional<Shape>& expected) {
  if (argument.value) return *argument.value;
  return evaluate(*argument.expr, line, expected);
}

Val Scope::evaluate(const ast::Expr& expr, Line& line, const std::optional<Shape>& expected) {
  if (const auto* literal = std::get_if<ast::Number>(&expr.node)) return number(literal->value, expr.span);
  if (const auto* name = std::get_if<ast::NameRef>(&expr.node)) {
    if (auto argument = arguments_.find(name->text);
        argument != arguments_.end() && !argument->second->value) {
      Thunk& thunk = *argument->second;
      thunk.value = thunk.scope->evaluate(*thunk.expr, *thunk.line, expected);
      return *thunk.value;
    }
    if (auto denoted = callable(expr)) {
      error(Code::not_a_value, expr.span,
            fmt::format("`{}` is a function or a layer, not a value", name->text), {},
            fmt::format("apply it: `{}(x)`", name->text));
      return bad();
    }
    return lookup(name->text, expr.span);
  }
  if (std::holds_alternative<ast::Time>(expr.node)) {
    error(Code::time_outside_brackets, expr.span, "`t` is time: it stands only in brackets", {},
          "a value of the step before is `h[t-1]`");
    return bad();
  }
  if (const auto* negate = std::get_if<ast::Negate>(&expr.node)) {
    return element(ElementFn::negate, {evaluate(*negate->operand, line, expected)}, {negate->operand.get()},
                   expr.span);
  }
  if (const auto* root_of = std::get_if<ast::Root>(&expr.node)) {
    return element(ElementFn::sqrt, {evaluate(*root_of->operand, line, expected)}, {root_of->operand.get()},
                   expr.span);
  }
  if (const auto* parens = std::get_if<ast::Parens>(&expr.node))
    return evaluate(*parens->inner, line, expected);
  if (const auto* operation = std::get_if<ast::Binary>(&expr.node))
    return binary(expr, *operation, line, expected);
  if (const auto* concat = std::get_if<ast::Concat>(&expr.node)) {
    std::vector<Val> parts;
    std::vector<Span> places;
    for (const ast::ExprPtr& part : concat->parts) {
      parts.push_back(evaluate(*part, line, std::nullopt));
      places.push_back(part->span);
      if (!is_vector(parts.back(), part->span)) return bad();
    }
    return join(parts, places, expr.span);
  }
  if (const auto* dotted = std::get_if<ast::Member>(&expr.node)) return member_expr(expr, *dotted, line);
  if (std::holds_alternative<ast::Bracket>(expr.node)) return delay(expr, line);
  if (const auto* piped = std::get_if<ast::Pipe>(&expr.node)) return pipe(*piped, line, expected);
  return call(expr, line, expected);
}

Val Scope::binary(const ast::Expr& expr, const ast::Binary& binary, Line& line,
                  const std::optional<Shape>& expected) {
  if (binary.op == ast::BinaryOp::contract) {
    Val left = evaluate(*binary.left, line, std::nullopt);
    Val right = evaluate(*binary.right, line, std::nullopt);
    return contract(left, right, expr.span, binary.left.get(), binary.right.get());
  }
  Val left = evaluate(*binary.left, line, expected);
  Val right = evaluate(*binary.right, line, expected);
  return element(element_fn(binary.op), {left, right}, {binary.left.get(), binary.right.get()}, expr.span);
}

// a |> f is f(a); a |> f(b) is f(a, b).
Val Scope::pipe(const ast::Pipe& pipe, Line& line, const std::optional<Shape>& expected) {
  const ast::Expr* stage = pipe.stage.get();
  Arguments arguments;
  if (const auto* called = std::get_if<ast::Call>(&stage->node)) {
    arguments = arguments_of(called->arguments);
    stage = called->callee.get();
  }
  auto denoted = callable(*stage);
  if (!denoted) {
    const auto* bracket = std::get_if<ast::Bracket>(&stage->node);
    if (out_->failed && bracket != nullptr) return bad();
    if (is_undefined(bracket != nullptr ? *bracket->object : *stage)) return bad();
    error(Code::not_callable, stage->span,
          fmt::format("`{}` is no function and no layer", ast::print(*stage)), {},
          "`|>` hands a value to a function or a layer: `x |> linear[K]`");
    return bad();
  }
  arguments.positional.insert(arguments.positional.begin(), argument_of(*pipe.value));
  return apply(*denoted, std::move(arguments), line, expected, pipe.stage->span);
}

bool Scope::is_undefined(const ast::Expr& callee) {
  const auto* name = std::get_if<ast::NameRef>(&callee.node);
  if (name == nullptr || claimed_.contains(name->text) || arguments_.contains(name->text) ||
      settings_.contains(name->text)) {
    return false;
  }
  std::vector<std::string> names;
  for (const auto& [key, value] : world_.program().cells) names.push_back(key);
  for (const auto& [key, value] : world_.program().functions) names.push_back(key);
  for (const Builtin& builtin : builtins()) names.emplace_back(builtin.name);
  if (std::find(names.begin(), names.end(), name->text) != names.end()) return false;
  const std::string near = nearest(name->text, names);
  error(Code::undefined_name, callee.span, fmt::format("undefined function or cell `{}`", name->text), {},
        near.empty() ? fmt::format("define it: `fn {}(x) = ...`, or a `cell`", name->text)
                     : fmt::format("did you mean `{}`?", near));
  return true;
}

Val Scope::call(const ast::Expr& expr, Line& line, const std::optional<Shape>& expected) {
  const auto& called = std::get<ast::Call>(expr.node);
  const ast::Expr& callee = *called.callee;
  auto denoted = callable(callee);
  if (denoted) return apply(*denoted, arguments_of(called.arguments), line, expected, expr.span);
  if (std::holds_alternative<ast::Call>(callee.node)) {
    const auto* layer = std::get_if<ast::NameRef>(&std::get<ast::Call>(callee.node).callee->node);
    error(Code::settings_in_brackets, callee.span,
          "the result of a call cannot be called: settings go in brackets", {},
          fmt::format("write `{}[...](x)`: brackets hold settings, parentheses hold values",
                      layer != nullptr ? layer->text : "cell"));
    return bad();
  }
  if (is_undefined(callee)) return bad();
  bool looks_like_delay = called.arguments.size() == 1 && !called.arguments[0].name &&
                          ast::print(*called.arguments[0].value).starts_with("t");
  error(Code::not_callable, callee.span, fmt::format("`{}` is a value, not a function", ast::print(callee)),
        {},
        looks_like_delay ? fmt::format("a delay stands in brackets: `{}[t-1]`", ast::print(callee))
                         : "write `*` to multiply");
  return bad();
}

Val Scope::member_expr(const ast::Expr& expr, const ast::Member& member, Line& line) {
  if (const auto* name = std::get_if<ast::NameRef>(&member.object->node)) {
    if (auto denoted = callable(*member.object); denoted && denoted->path) {
      return layer_parameter(name->text, *denoted, member.member, expr.span);
    }
  }
  Val object = evaluate(*member.object, line, std::nullopt);
  if (object.bad()) return bad();
  return this->member(object, member.member.text, ast::print(*member.object), member.member.span);
}

// x[t-1], h[t-k]
Val Scope::delay(const ast::Expr& expr, Line& line) {
  const auto& bracket = std::get<ast::Bracket>(expr.node);
  if (auto denoted = callable(*bracket.object)) {
    auto with = callable(expr);
    if (with) {
      error(Code::not_a_value, expr.span,
            fmt::format("`{}` has its settings, but no values", ast::print(expr)), {},
            fmt::format("apply it: `{}(x)`", ast::print(expr)));
    }
    return bad();
  }
  auto wrong_index = [&] {
    error(Code::indexed_by_time_only, expr.span, "a value is indexed by time only", {},
          "a delay is written `x[t-1]`; parts of a vector come from `split`");
    return bad();
  };
  if (bracket.arguments.size() != 1 || bracket.arguments[0].name) return wrong_index();
  const ast::Expr& index = *bracket.arguments[0].value;
  Size steps;
  if (const auto* sum = std::get_if<ast::Binary>(&index.node);
      sum != nullptr && std::holds_alternative<ast::Time>(sum->left->node) &&
      (sum->op == ast::BinaryOp::subtract || sum->op == ast::BinaryOp::add)) {
    Static offset = known(*sum->right);
    if (std::holds_alternative<std::monostate>(offset)) return bad();
    const Size* whole = std::get_if<Size>(&offset);
    if (whole == nullptr) {
      error(Code::indexed_by_time_only, sum->right->span, "a delay is a whole number of steps");
      return bad();
    }
    steps = sum->op == ast::BinaryOp::subtract ? *whole : Size(0) - *whole;
  } else if (!std::holds_alternative<ast::Time>(index.node)) {
    return wrong_index();
  }
  if (steps.number() && *steps.number() < 0) {
    error(Code::looks_into_future, expr.span, fmt::format("`{}` looks into the future", ast::print(expr)), {},
          in_cell() ? "a cell sees this step and earlier ones: `x[t-1]`"
                    : "look ahead with `reverse` or `bidirectional`");
    return bad();
  }

  const auto* name = std::get_if<ast::NameRef>(&bracket.object->node);
  if (name != nullptr && caller_ == nullptr && in_cell()) {
    used_.insert(name->text);
    if (auto state = states_.find(name->text); state != states_.end()) {
      if (steps.number() == 0) return lookup(name->text, expr.span);
      root_->out_->stateful = true;
      const StateDecl& declared = out().body->states[state->second];
      Val result = make(node::StatePast{state->second, steps}, {declared.shape, {}, {}}, expr.span);
      result.origin = declared.span;
      return result;
    }
    if (equations_.contains(name->text) && steps.number() != 0) {
      error(Code::no_past, expr.span,
            fmt::format("`{}` is not a state: only states and inputs have a past", name->text), {},
            fmt::format("declare `state {}: [...]`", name->text),
            {{equations_.at(name->text).name_span, "it is a value of one step"}});
      return bad();
    }
  }
  Val value = name != nullptr ? lookup(name->text, bracket.object->span)
                              : evaluate(*bracket.object, line, std::nullopt);
  if (value.bad()) return bad();
  return past(value, steps, expr.span);
}

Val Scope::past(const Val& value, const Size& steps, Span span) {
  if (value.bundle || !value.several.empty()) {
    is_vector(value, span);
    return bad();
  }
  if (steps.number() == 0) return value;
  const Type& now = type(value);
  if (in_cell()) {
    if (now.clock) {
      error(Code::no_past, span, "a sequence seen whole has no delay", {},
            "look at it through `sum[t]`, `softmax[t]` and the like");
      return bad();
    }
    if (!value.delayable) {
      error(Code::no_past, span, "only states and inputs have a past", {},
            "declare a state that holds this value");
      return bad();
    }
  } else if (!now.clock) {
    error(Code::needs_sequence, span, "only a sequence has a past", {}, "declare the input `seq [X]`");
    return bad();
  }
  root_->out_->stateful = true;
  Type type_of_past = now;
  Dependencies sees;
  for (const auto& [target, how] : value.sees) sees[target] = Sees::past;
  Val result = value.state ? make(node::StatePast{*value.state, steps}, type_of_past, span, std::move(sees))
                           : make(node::Delayed{value.node, steps}, type_of_past, span, std::move(sees));
  result.origin = value.origin;
  return result;
}

// ---------------------------------------------------------------- equations

Val Scope::equation(const std::string& name, Span use) {
  if (auto done = out_->values.find(name); done != out_->values.end()) return done->second;
  Equation& equation = equations_.at(name);
  if (auto at = std::find(active_.begin(), active_.end(), name); at != active_.end()) {
    std::string loop;
    for (auto it = at; it != active_.end(); ++it) loop += fmt::format("`{}` needs ", *it);
    loop += fmt::format("`{}`", name);
    error(Code::cycle, use, fmt::format("cycle within one step: {}; which delay is missing?", loop), {},
          states_.contains(name) ? fmt::format("the value of the step before is `{}[t-1]`", name)
                                 : "a value that feeds itself must be a state, read as `h[t-1]`");
    return bad();
  }
  if (named_layer(name)) {
    error(Code::not_a_value, use, fmt::format("`{}` is a layer: apply it", name), {},
          fmt::format("write `{}(x)`", name), {{equation.name_span, "named here"}});
    return bad();
  }
  active_.push_back(name);
  std::optional<Shape> want;
  bool shape_known = true;
  if (auto state = states_.find(name); state != states_.end()) {
    want = out().body->states[state->second].shape;
    if (equation.shape != nullptr) {
      error(Code::shape_given_twice, equation.shape->span,
            fmt::format("`{}` has its shape from `state`", name), {}, "leave the shape away here",
            {{out().body->states[state->second].span, "declared here"}});
      out_->failed = true;
    }
  } else if (equation.shape != nullptr) {
    want = shape(*equation.shape);
    shape_known = want.has_value();
  }
  Line line{name, equation.index, equation.count, want};
  Val value = shape_known ? evaluate(*equation.expr, line, want) : bad();
  if (!value.bad()) value = fit_equation(name, equation, want, value);
  active_.pop_back();
  out_->values[name] = value;
  if (!value.bad() && !value.bundle && value.several.empty()) {
    out().body->named.push_back({name, value.node, equation.gate, equation.name_span});
  }
  return value;
}

// The value under the shape that its line declares.
Val Scope::fit_equation(const std::string& name, Equation& equation, const std::optional<Shape>& want,
                        Val value) {
  if (value.bundle || !value.several.empty()) {
    if (!want) return value;
    is_vector(value, equation.expr->span);
    return bad();
  }
  if (want) {
    if (!is_vector(value, equation.expr->span)) return bad();
    Shape have = type(value).shape;
    if (have != *want) {
      bool fits = have.size() < want->size();
      std::vector<uint32_t> axes;
      for (const Size& size : have) {
        auto count = std::count(want->begin(), want->end(), size);
        fits = fits && count == 1 && !size.number();
        axes.push_back(static_cast<uint32_t>(std::find(want->begin(), want->end(), size) - want->begin()));
      }
      if (!fits) {
        Span declared =
            equation.shape != nullptr ? equation.shape->span : out().body->states[states_.at(name)].span;
        std::vector<diagnostics::Label> related = {
            {declared, fmt::format("`{}` is declared {} here", name, text(*want))}};
        if (value.origin.valid() && value.origin != declared && value.origin != equation.expr->span) {
          related.push_back({value.origin, fmt::format("{} comes from here", text(have))});
        }
        error(Code::declared_shape_differs, equation.expr->span,
              fmt::format("`{}` is declared {} but is {}", name, text(*want), text(have)), text(have),
              fmt::format("declare `{}: {}`, or change the equation", name, text(have)), std::move(related));
        return bad();
      }
      auto applied = value.applied;
      value = broadcast(value, *want, std::move(axes), equation.span);
      value.applied = applied;
    }
    value.origin = equation.shape != nullptr ? equation.shape->span : value.origin;
  }
  if (auto state = states_.find(name); state != states_.end()) {
    value.delayable = true;
    value.state = state->second;
    value.origin = out().body->states[state->second].span;
  } else {
    // A name for another value is that value, but no input or state any more.
    value.delayable = false;
    value.state.reset();
    if (!value.origin.valid()) value.origin = equation.expr->span;
  }
  return value;
}

}  // namespace rnnc::sema
