// `linear` and `headwise`: the affine map of its arguments to the shape of its line.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/builtins.h"
#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

namespace {

struct Term {
  std::string label;  // "x", "x_2", "2": its weight is W.<label>
  Argument argument;
};

// The name and the delay of x, x[t-k]; nothing for any other expression.
struct PlainName {
  std::string name;
  std::string delay;
};
std::optional<PlainName> plain_name(const ast::Expr* expr) {
  if (expr == nullptr) return std::nullopt;
  if (const auto* name = std::get_if<ast::NameRef>(&expr->node)) return PlainName{name->text, "0"};
  const auto* bracket = std::get_if<ast::Bracket>(&expr->node);
  if (bracket == nullptr || bracket->arguments.size() != 1) return std::nullopt;
  const auto* name = std::get_if<ast::NameRef>(&bracket->object->node);
  if (name == nullptr) return std::nullopt;
  const auto* index = std::get_if<ast::Binary>(&bracket->arguments[0].value->node);
  if (index == nullptr) return PlainName{name->text, "0"};
  const auto* steps = std::get_if<ast::Number>(&index->right->node);
  return PlainName{name->text, steps != nullptr ? steps->spelling : "k"};
}

// Labels of the terms: a plain name; one name at several delays by its delay; anything else by its position
// from 1.
std::vector<Term> label_terms(const Arguments& arguments) {
  std::map<std::string, std::set<std::string>> delays;
  for (const Argument& argument : arguments.positional) {
    if (auto plain = plain_name(argument.expr)) delays[plain->name].insert(plain->delay);
  }
  std::vector<Term> terms;
  for (size_t i = 0; i < arguments.positional.size(); ++i) {
    auto plain = plain_name(arguments.positional[i].expr);
    std::string label = fmt::format("{}", i + 1);
    if (plain) label = delays[plain->name].size() == 1 ? plain->name : plain->name + "_" + plain->delay;
    terms.push_back({label, arguments.positional[i]});
  }
  for (const auto& [name, argument] : arguments.named) terms.push_back({name, argument});
  return terms;
}

}  // namespace

Val Scope::linear(const Callable& callable, Arguments& arguments, Line& line,
                  const std::optional<Shape>& expected, Span span) {
  const bool headwise = callable.builtin->kind == BuiltinKind::headwise;
  bool bias = !headwise;
  for (const auto& [name, value] : callable.named) {
    const Word* word = std::get_if<Word>(&value);
    if (name != "bias" || headwise) {
      error(Code::unknown_setting, span, fmt::format("`{}` has no setting `{}`", callable.name, name), {},
            headwise ? "`headwise` has no bias" : "its only named setting is `bias = false`");
      return bad();
    }
    if (word == nullptr || (word->text != "false" && word->text != "true")) {
      error(Code::bad_setting, span, "`bias` is true or false", {},
            "how a bias starts is said by `param f.b ~ ones`");
      return bad();
    }
    bias = word->text == "true";
  }
  std::optional<Shape> shape;
  if (!callable.positional.empty()) {
    shape.emplace();
    for (const Static& value : callable.positional) {
      const Size* size = std::get_if<Size>(&value);
      if (size == nullptr) {
        error(Code::not_a_size, span,
              fmt::format("`{}` takes the sizes of its result in brackets", callable.name), {},
              "`linear[H](x)`");
        return bad();
      }
      shape->push_back(*size);
    }
  } else if (callable.scalar_shape) {
    shape.emplace();
  }
  if (arguments.positional.empty() && arguments.named.empty()) {
    error(Code::wrong_value_count, span, fmt::format("`{}` needs at least one value", callable.name));
    return bad();
  }

  // With sizes it is a layer: its arguments are read before it takes its name.
  const bool sized = shape.has_value();
  std::vector<Term> terms = label_terms(arguments);
  std::optional<std::string> path = callable.path;
  if (sized && !path && !headwise) {
    for (Term& term : terms) term.argument.value = evaluate(term.argument, line);
    path = own(line, "linear", span);
  }
  if (!shape) shape = expected;
  if (!shape) {
    error(Code::linear_needs_shape, span, fmt::format("`{}` does not know its shape here", callable.name), {},
          fmt::format("write `{}[H](...)`, or declare the line: `y: [H] = ...`", callable.name));
    return bad();
  }
  if (std::any_of(shape->begin(), shape->end(), [](const Size& s) { return s.is_pack(); })) {
    error(Code::shapeless_input, span,
          fmt::format("`{}` cannot have the shape of an input without a shape", callable.name), {},
          "declare the input: `input x: [X]`");
    return bad();
  }
  auto name_of = [&](const std::string& base) { return path ? *path + "." + base : own(line, base, span); };
  Val sum;
  for (const Term& term : terms) {
    Val value = evaluate(term.argument, line);
    if (!is_vector(value, term.argument.span)) return bad();
    const Shape argument = type(value).shape;
    Shape weight = *shape;
    uint32_t batch = headwise ? 1 : 0;
    if (headwise && (shape->empty() || argument.size() < 2 || argument[0] != (*shape)[0])) {
      error(
          Code::headwise_heads, term.argument.span,
          fmt::format("`headwise`: {} and {} do not begin with the same heads", text(argument), text(*shape)),
          {}, "both sides need the dimension of the heads first: `[N, D]`");
      return bad();
    }
    weight.insert(weight.end(), argument.begin() + batch, argument.end());
    auto summed = static_cast<uint32_t>(argument.size()) - batch;
    bool recurrent = std::holds_alternative<node::StatePast>(node(value).data);
    bool lone = path && terms.size() == 1 && !headwise;
    Val matrix =
        parameter(name_of(lone ? "W" : "W." + term.label), weight, summed, true, headwise, recurrent, span);
    if (matrix.bad()) return bad();
    Val product = make(node::Contract{matrix.node, value.node, batch, summed},
                       {*shape, {}, type(value).clock}, span, value.sees);
    sum = sum.node.valid() ? element(ElementFn::add, {sum, product}, {}, span) : product;
  }
  if (bias) {
    Val offset = parameter(name_of("b"), *shape, 0, true, false, false, span);
    if (offset.bad()) return bad();
    sum = element(ElementFn::add, {sum, offset}, {}, span);
  }
  sum.origin = span;
  return sum;
}

}  // namespace rnnc::sema
