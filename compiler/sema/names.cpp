// What names denote, and what is known before the data: sizes, constants, functions, layers, settings.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "compiler/ast/print.h"
#include "compiler/sema/builtins.h"
#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

namespace {

bool is_word(const std::string& text) {
  return text == "true" || text == "false" || text == "sequence" || text == "step";
}

// Does `expr` use the layer `name` other than as `name.member`?
bool applies(const ast::Expr& expr, const std::string& name) {
  auto any = [&](const auto& list) {
    for (const auto& e : list) {
      if (applies(*e, name)) return true;
    }
    return false;
  };
  auto any_argument = [&](const std::vector<ast::Argument>& list) {
    for (const ast::Argument& a : list) {
      if (applies(*a.value, name)) return true;
    }
    return false;
  };
  return std::visit(
      [&](const auto& e) {
        using T = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<T, ast::NameRef>)
          return e.text == name;
        else if constexpr (std::is_same_v<T, ast::Negate> || std::is_same_v<T, ast::Root>)
          return applies(*e.operand, name);
        else if constexpr (std::is_same_v<T, ast::Binary>)
          return applies(*e.left, name) || applies(*e.right, name);
        else if constexpr (std::is_same_v<T, ast::Member>) {
          return !std::holds_alternative<ast::NameRef>(e.object->node) && applies(*e.object, name);
        } else if constexpr (std::is_same_v<T, ast::Bracket>)
          return applies(*e.object, name) || any_argument(e.arguments);
        else if constexpr (std::is_same_v<T, ast::Call>)
          return applies(*e.callee, name) || any_argument(e.arguments);
        else if constexpr (std::is_same_v<T, ast::Pipe>)
          return applies(*e.value, name) || applies(*e.stage, name);
        else if constexpr (std::is_same_v<T, ast::Concat>)
          return any(e.parts);
        else if constexpr (std::is_same_v<T, ast::Parens>)
          return applies(*e.inner, name);
        else
          return false;
      },
      expr.node);
}

const std::vector<ast::Setting>& declared_settings(const Callable& callable) {
  return callable.cell != nullptr ? callable.cell->settings : callable.function->settings;
}

}  // namespace

bool Callable::is_layer() const {
  if (cell != nullptr) return true;
  return builtin != nullptr &&
         (builtin->kind == BuiltinKind::linear || builtin->kind == BuiltinKind::headwise ||
          builtin->kind == BuiltinKind::stack || builtin->kind == BuiltinKind::bidirectional);
}

// ---------------------------------------------------------------- sizes and constants

Static Scope::known(const ast::Expr& expr) {
  if (const auto* number = std::get_if<ast::Number>(&expr.node)) {
    if (number->whole) return Size(static_cast<int64_t>(number->value));
    return number->value;
  }
  if (std::holds_alternative<ast::Time>(expr.node)) return TimeWord{};
  if (const auto* parens = std::get_if<ast::Parens>(&expr.node)) return known(*parens->inner);
  if (const auto* name = std::get_if<ast::NameRef>(&expr.node)) {
    if (auto found = settings_.find(name->text); found != settings_.end()) {
      root_->used_.insert(name->text);
      return found->second;
    }
    if (is_word(name->text) && !claimed_.contains(name->text)) return Word{name->text};
    if (auto denoted = callable(expr)) return denoted;
    if (claimed_.contains(name->text) || arguments_.contains(name->text)) {
      error(Code::not_known_before_data, expr.span,
            fmt::format("`{}` is a value; in brackets stands what is known before the data", name->text), {},
            "sizes, constants, functions, layers and delays go in brackets, values in parentheses");
    } else {
      std::vector<std::string> names;
      for (const auto& [key, value] : settings_) names.push_back(key);
      for (const auto& [key, value] : world_.program().cells) names.push_back(key);
      for (const auto& [key, value] : world_.program().functions) names.push_back(key);
      std::string near = nearest(name->text, names);
      error(Code::undefined_name, expr.span, fmt::format("undefined size or function `{}`", name->text), {},
            !near.empty() ? fmt::format("did you mean `{}`?", near)
                          : fmt::format("declare it as a setting, `{}[{}]`, or in the shape of an input",
                                        body_name(), name->text));
    }
    out_->failed = true;
    return std::monostate{};
  }
  if (std::holds_alternative<ast::Bracket>(expr.node)) {
    if (auto denoted = callable(expr)) return denoted;
  }
  if (const auto* negate = std::get_if<ast::Negate>(&expr.node)) {
    Static value = known(*negate->operand);
    if (const Size* size = std::get_if<Size>(&value)) return Size(0) - *size;
    if (const double* real = std::get_if<double>(&value)) return -*real;
  }
  if (const auto* root = std::get_if<ast::Root>(&expr.node)) {
    Static value = known(*root->operand);
    if (const double* real = std::get_if<double>(&value)) return std::sqrt(*real);
    if (const Size* size = std::get_if<Size>(&value); size != nullptr && size->number()) {
      return std::sqrt(static_cast<double>(*size->number()));
    }
  }
  if (const auto* binary = std::get_if<ast::Binary>(&expr.node)) return known_binary(*binary, expr.span);
  error(Code::not_known_before_data, expr.span,
        "this must be known before the data: a size, a constant, a function or a layer", {},
        "values go in parentheses, `f(x)`; brackets hold what no data can change");
  out_->failed = true;
  return std::monostate{};
}

Static Scope::known_binary(const ast::Binary& binary, Span span) {
  Static left = known(*binary.left), right = known(*binary.right);
  if (std::holds_alternative<std::monostate>(left) || std::holds_alternative<std::monostate>(right))
    return std::monostate{};
  const Size* a = std::get_if<Size>(&left);
  const Size* b = std::get_if<Size>(&right);
  if (a != nullptr && b != nullptr) {
    switch (binary.op) {
      case ast::BinaryOp::add:
        return *a + *b;
      case ast::BinaryOp::subtract:
        return *a - *b;
      case ast::BinaryOp::multiply:
        return *a * *b;
      case ast::BinaryOp::divide:
        if (auto quotient = Size::divide(*a, *b)) return *quotient;
        break;
      case ast::BinaryOp::power:
        if (auto exponent = b->number(); exponent && *exponent >= 0 && *exponent <= 8) {
          Size result(1);
          for (int64_t i = 0; i < *exponent; ++i) result = result * *a;
          return result;
        }
        break;
      default:
        break;
    }
  }
  auto real = [](const Static& value) -> std::optional<double> {
    if (const double* number = std::get_if<double>(&value)) return *number;
    if (const Size* size = std::get_if<Size>(&value); size != nullptr && size->number())
      return static_cast<double>(*size->number());
    return std::nullopt;
  };
  auto x = real(left), y = real(right);
  if (x && y) {
    switch (binary.op) {
      case ast::BinaryOp::add:
        return *x + *y;
      case ast::BinaryOp::subtract:
        return *x - *y;
      case ast::BinaryOp::multiply:
        return *x * *y;
      case ast::BinaryOp::divide:
        return *x / *y;
      case ast::BinaryOp::power:
        return std::pow(*x, *y);
      default:
        break;
    }
  }
  error(Code::not_known_before_data, span, "this cannot be computed before the data", {},
        "sizes take + - * and / by a single term; constants take + - * / ^");
  out_->failed = true;
  return std::monostate{};
}

std::optional<Size> Scope::size(const ast::Expr& expr) {
  Static value = known(expr);
  if (const Size* found = std::get_if<Size>(&value)) {
    if (found->number() && *found->number() <= 0) {
      error(Code::size_not_positive, expr.span,
            fmt::format("a dimension of size {} holds nothing", found->text()), {}, "sizes are at least 1");
      out_->failed = true;
      return std::nullopt;
    }
    return *found;
  }
  if (!std::holds_alternative<std::monostate>(value)) {
    error(Code::not_a_size, expr.span, fmt::format("`{}` is not a size", ast::print(expr)), {},
          "a size is a whole number, a name, or a sum or product of these");
    out_->failed = true;
  }
  return std::nullopt;
}

std::optional<Shape> Scope::shape(const ast::Shape& shape) {
  Shape result;
  bool whole = true;
  for (const ast::ExprPtr& expr : shape.sizes) {
    auto one = size(*expr);
    whole = whole && one.has_value();
    if (one) result.push_back(*one);
  }
  return whole ? std::optional(result) : std::nullopt;
}

// ---------------------------------------------------------------- functions and layers

std::shared_ptr<Callable> Scope::named_callable(const std::string& name, Span) {
  auto result = std::make_shared<Callable>();
  result->name = name;
  const Program& program = world_.program();
  if (auto f = program.functions.find(name); f != program.functions.end()) {
    result->function = f->second;
  } else if (auto c = program.cells.find(name); c != program.cells.end()) {
    result->cell = c->second;
  } else if (const Builtin* builtin = find_builtin(name)) {
    result->builtin = builtin;
  } else {
    return nullptr;
  }
  return result;
}

std::shared_ptr<Callable> Scope::named_layer(const std::string& name) {
  Equation& equation = equations_.at(name);
  if (equation.layer) return *equation.layer;
  equation.layer = nullptr;  // a line that names itself is no layer
  const auto* reference = std::get_if<ast::NameRef>(&equation.expr->node);
  if ((reference != nullptr && reference->text != name) ||
      std::holds_alternative<ast::Bracket>(equation.expr->node)) {
    auto denoted = callable(*equation.expr);
    if (denoted && (denoted->function != nullptr || denoted->is_layer())) {
      auto layer = std::make_shared<Callable>(*denoted);
      layer->path = name;
      equation.layer = layer;
    }
  }
  return *equation.layer;
}

std::shared_ptr<Callable> Scope::callable(const ast::Expr& expr) {
  if (const auto* parens = std::get_if<ast::Parens>(&expr.node)) return callable(*parens->inner);
  if (const auto* name = std::get_if<ast::NameRef>(&expr.node)) {
    if (arguments_.contains(name->text)) return nullptr;
    if (auto setting = settings_.find(name->text); setting != settings_.end()) {
      const auto* denoted = std::get_if<std::shared_ptr<Callable>>(&setting->second);
      if (denoted != nullptr) root_->used_.insert(name->text);
      return denoted != nullptr ? *denoted : nullptr;
    }
    if (equations_.contains(name->text)) {
      root_->used_.insert(name->text);
      return named_layer(name->text);
    }
    if (claimed_.contains(name->text)) return nullptr;
    return named_callable(name->text, expr.span);
  }
  const auto* bracket = std::get_if<ast::Bracket>(&expr.node);
  if (bracket == nullptr) return nullptr;
  auto denoted = callable(*bracket->object);
  if (!denoted) return nullptr;
  if (denoted->path || denoted->settings_given) {
    error(Code::settings_twice, expr.span, fmt::format("`{}` has its settings already", denoted->name), {},
          fmt::format("layers stand on one another by `stack[{}, 2]`", ast::print(*bracket->object)));
    out_->failed = true;
    return denoted;
  }
  auto result = std::make_shared<Callable>(*denoted);
  if (!with_settings(*result, bracket->arguments, *this, expr.span)) out_->failed = true;
  return result;
}

bool Scope::with_settings(Callable& callable, const std::vector<ast::Argument>& given, Scope& at, Span span) {
  callable.settings_given = true;
  bool good = true;
  if (callable.builtin != nullptr) {
    for (const ast::Argument& argument : given) {
      Static value = at.known(*argument.value);
      good = good && !std::holds_alternative<std::monostate>(value);
      if (argument.name) {
        callable.named[argument.name->text] = value;
      } else {
        callable.positional.push_back(value);
      }
    }
    callable.scalar_shape = given.empty();
    return good;
  }
  const auto& declared = declared_settings(callable);
  size_t position = 0;
  for (const ast::Argument& argument : given) {
    Static value = at.known(*argument.value);
    good = good && !std::holds_alternative<std::monostate>(value);
    std::string name;
    if (argument.name) {
      name = argument.name->text;
      bool known_name = false;
      std::vector<std::string> names;
      for (const ast::Setting& s : declared) known_name |= s.name.text == name, names.push_back(s.name.text);
      if (!known_name) {
        std::string near = nearest(name, names);
        error(Code::unknown_setting, argument.name->span,
              fmt::format("`{}` has no setting `{}`", callable.name, name), {},
              near.empty() ? "" : fmt::format("did you mean `{}`?", near));
        good = false;
        continue;
      }
    } else if (position < declared.size()) {
      name = declared[position++].name.text;
    } else {
      error(Code::too_many_settings, argument.value->span,
            fmt::format("`{}` takes {} setting{}", callable.name, declared.size(),
                        declared.size() == 1 ? "" : "s"),
            {}, "values go in parentheses, after the brackets");
      good = false;
      break;
    }
    if (callable.settings.contains(name)) {
      error(Code::given_twice, argument.value->span, fmt::format("the setting `{}` is given twice", name), {},
            "leave one of the two away");
      good = false;
    }
    callable.settings[name] = std::move(value);
  }
  return complete(callable, span) && good;
}

bool Scope::complete(Callable& callable, Span span) {
  if (callable.builtin != nullptr) return true;
  bool good = true;
  for (const ast::Setting& setting : declared_settings(callable)) {
    auto given = callable.settings.find(setting.name.text);
    if (setting.fallback == nullptr) {
      if (given != callable.settings.end()) continue;
      error(Code::missing_setting, span,
            fmt::format("`{}` needs its setting `{}`", callable.name, setting.name.text), {},
            fmt::format("write `{}[...]`", callable.name), {{setting.name.span, "declared here"}});
      callable.settings[setting.name.text] = std::monostate{};
      good = false;
      continue;
    }
    Scope at(*this, callable.settings);
    if (given == callable.settings.end()) {
      callable.settings[setting.name.text] = at.known(*setting.fallback);
      continue;
    }
    // p = 0.25 declares a real constant: a whole number given for it is one too.
    if (std::holds_alternative<double>(at.known(*setting.fallback))) {
      if (const Size* size = std::get_if<Size>(&given->second); size != nullptr && size->number()) {
        given->second = static_cast<double>(*size->number());
      }
    }
  }
  return good;
}

// ---------------------------------------------------------------- values by name

Val Scope::lookup(const std::string& name, Span span) {
  root_->used_.insert(name);
  if (auto argument = arguments_.find(name); argument != arguments_.end()) {
    Thunk& thunk = *argument->second;
    if (!thunk.value) thunk.value = thunk.scope->evaluate(*thunk.expr, *thunk.line, std::nullopt);
    return *thunk.value;
  }
  if (auto setting = settings_.find(name); setting != settings_.end()) {
    if (const Size* size = std::get_if<Size>(&setting->second))
      return make(node::SizeNumber{*size}, {}, span);
    if (const double* real = std::get_if<double>(&setting->second)) return number(*real, span);
    if (std::holds_alternative<std::monostate>(setting->second)) return bad();
    error(Code::not_a_value, span, fmt::format("`{}` is a function or a layer, not a value", name), {},
          fmt::format("apply it: `{}(x)`", name));
    return bad();
  }
  if (caller_ == nullptr) {
    if (equations_.contains(name)) return equation(name, span);
    if (auto found = out_->values.find(name); found != out_->values.end()) return found->second;
    if (claimed_.contains(name))
      return bad();  // a declaration that was wrong itself, or a state without its equation
  }
  return undefined(name, span);
}

Val Scope::undefined(const std::string& name, Span span) {
  std::vector<std::string> names;
  for (const auto& [key, value] : claimed_) names.push_back(key);
  for (const auto& [key, value] : arguments_) names.push_back(key);
  for (const auto& [key, value] : settings_) names.push_back(key);
  std::string near = nearest(name, names);
  std::string help = near.empty() ? "" : fmt::format("did you mean `{}`?", near);
  if (near.empty()) {
    help = caller_ != nullptr ? "a `fn` sees its settings and its arguments only"
                              : "define it by an equation, or declare it: `input`, `state` or `param`";
  }
  error(Code::undefined_name, span,
        fmt::format("undefined name `{}`{}", name,
                    near.empty() ? "" : fmt::format(": did you mean `{}`?", near)),
        {}, near.empty() ? help : "");
  return bad();
}

Val Scope::layer_parameter(const std::string& layer, const Callable& callable, const ast::Name& member,
                           Span span) {
  std::string path = *callable.path + "." + member.text;
  auto find = [&]() -> std::optional<Shape> {
    if (const ParameterDecl* own_one = find_parameter(path)) return own_one->shape;
    for (const Node& candidate : out().body->nodes) {
      const auto* use = std::get_if<node::Call>(&candidate.data);
      if (use == nullptr || use->path != *callable.path) continue;
      for (const ParameterDecl& declared : use->body->parameters) {
        if (declared.path == member.text) return substitute(declared.shape, use->sizes);
      }
    }
    return std::nullopt;
  };
  root_->used_.insert(layer);
  auto shape = find();
  if (!shape) {  // the layer may be applied on a line that has not been read yet
    for (auto& [name, candidate] : root_->equations_) {
      bool active = std::find(root_->active_.begin(), root_->active_.end(), name) != root_->active_.end();
      if (active || root_->out_->values.contains(name) || root_->named_layer(name) ||
          !applies(*candidate.expr, layer))
        continue;
      root_->equation(name, candidate.name_span);
    }
    shape = find();
  }
  if (!shape) {
    if (!out_->failed) {
      error(Code::unknown_member, member.span,
            fmt::format("the layer `{}` has no parameter `{}`", layer, member.text), {},
            "a layer has parameters once it is applied to a value");
    }
    return bad();
  }
  Val result = make(node::Parameter{path}, {*shape, {}, {}}, span);
  result.origin = span;
  return result;
}

}  // namespace rnnc::sema
