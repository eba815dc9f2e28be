// What a body declares: names, shapes, first values, initialisers.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/ast/print.h"
#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

bool Scope::claim(const ast::Name& name) {
  if (name.text == "init") {
    error(Code::reserved_name, name.span,
          "`init` is taken: it gives all first values of a layer, `LSTM[H](x, init = final(y))`", {},
          "choose another name");
    claimed_.emplace(name.text, name.span);
    out_->failed = true;
    return false;
  }
  auto [known, fresh] = claimed_.emplace(name.text, name.span);
  if (!fresh || settings_.contains(name.text)) {
    error(Code::defined_twice, name.span, fmt::format("`{}` is defined twice", name.text), "again here",
          "each name is defined once",
          fresh ? std::vector<diagnostics::Label>{}
                : std::vector<diagnostics::Label>{{known->second, "first defined here"}});
    out_->failed = true;
    return false;
  }
  return true;
}

void Scope::symbol(const std::string& name, std::optional<Size> fallback, Span span) {
  settings_[name] = Size::name(name);
  out().body->symbols.push_back({name, std::move(fallback), span});
}

// A name that first stands in an input's shape is bound by what is passed in.
void Scope::bind_shape_names(const ast::Type& type) {
  std::vector<const ast::Expr*> sizes;
  if (type.token) sizes.push_back(type.token.get());
  if (type.shape) {
    for (const ast::ExprPtr& size : type.shape->sizes) sizes.push_back(size.get());
  }
  for (const ast::Expr* size : sizes) {
    const auto* name = std::get_if<ast::NameRef>(&size->node);
    if (name != nullptr && !settings_.contains(name->text) && !named_callable(name->text, size->span)) {
      symbol(name->text, std::nullopt, size->span);
      used_.insert(name->text);
    }
  }
}

void Scope::declare_input(const ast::Name& name, const ast::Type* type, bool target) {
  if (!claim(name)) return;
  InputDecl declared{name.text, {}, target, false, name.span};
  const bool cell = in_cell();
  if (type != nullptr) {
    bind_shape_names(*type);
    declared.whole = cell && type->sequence;
    if (type->token) {
      auto tokens = size(*type->token);
      if (!tokens) return;
      declared.type.token = *tokens;
    } else {
      auto own_shape = shape(*type->shape);
      if (!own_shape) return;
      declared.type.shape = *own_shape;
    }
    if (type->sequence) {
      declared.type.clock = static_cast<Clock>(clock_parent_.size());
      clock_parent_.push_back(*declared.type.clock);
      out().body->clocks.push_back(name.text);
    }
  } else if (!cell) {
    error(Code::input_needs_shape, name.span, fmt::format("`{}` of a model needs its shape", name.text), {},
          "`input x: [X]`, `input x: seq [X]`, `input w: seq token[V]`");
    out_->failed = true;
    return;
  } else if (alone_) {  // standing alone it is [X]
    std::string capital = name.text;
    std::transform(capital.begin(), capital.end(), capital.begin(),
                   [](unsigned char c) { return std::toupper(c); });
    while (settings_.contains(capital) || capital == name.text) capital += "_";
    symbol(capital, std::nullopt, name.span);
    declared.type.shape = {Size::name(capital)};
  } else {
    declared.type.shape = {Size::pack(name.text)};
  }
  Val value = make(node::Input{static_cast<uint32_t>(out().body->inputs.size())}, declared.type, name.span);
  value.delayable = cell && !declared.whole;
  value.origin = type != nullptr ? type->span : name.span;
  if (target || cell) value.sees[name.text] = Sees::present;
  out().body->inputs.push_back(declared);
  out().values[name.text] = value;
}

void Scope::declare_state(const ast::State& state) {
  auto own_shape = shape(state.shape);
  for (const ast::Name& name : state.names) {
    if (!claim(name) || !own_shape) continue;
    StateDecl declared{name.text, *own_shape, 0, {}, {}, state.shape.span};
    first_value(state, declared);
    states_[name.text] = static_cast<uint32_t>(out().body->states.size());
    out().body->states.push_back(declared);
    out().stateful = true;
  }
}

void Scope::first_value(const ast::State& state, StateDecl& declared) {
  if (state.first == nullptr) return;
  const auto* name = std::get_if<ast::NameRef>(&state.first->node);
  if (name != nullptr && find_parameter(name->text) != nullptr) {
    used_.insert(name->text);
    declared.first_parameter = name->text;
    const Shape& have = find_parameter(name->text)->shape;
    if (have != declared.shape) {
      error(Code::first_value_shape, state.first->span,
            fmt::format("the first value of `{}` is {}, the state is {}", declared.name, text(have),
                        text(declared.shape)),
            text(have), "declare the parameter with the shape of the state",
            {{declared.span, "declared here"}});
      out_->failed = true;
    }
    return;
  }
  if (name != nullptr && claimed_.contains(name->text)) {
    error(Code::bad_first_value, state.first->span, "a first value is a number or a `param`", {},
          fmt::format("`param {}: {}` makes it a learned one", name->text, text(declared.shape)));
    out_->failed = true;
    return;
  }
  const bool number = std::holds_alternative<ast::Number>(state.first->node) || name != nullptr ||
                      std::holds_alternative<ast::Negate>(state.first->node) ||
                      std::holds_alternative<ast::Binary>(state.first->node);
  Static value = number ? known(*state.first) : Static(TimeWord{});
  if (const double* real = std::get_if<double>(&value)) {
    declared.first = *real;
  } else if (const Size* size = std::get_if<Size>(&value); size != nullptr && size->number()) {
    declared.first = static_cast<double>(*size->number());
  } else if (!std::holds_alternative<std::monostate>(value)) {
    error(Code::bad_first_value, state.first->span, "a first value is a number or a `param`", {},
          "whoever uses the cell can give another: `A[H](x, h = z)`");
    out_->failed = true;
  }
}

std::optional<Initialiser> Scope::initialiser(const ast::Expr& expr) {
  using Kind = Initialiser::Kind;
  struct Row {
    std::string_view name;
    Kind kind;
    size_t arguments;
    std::string_view usage;
  };
  static const Row rows[] = {{"zeros", Kind::zeros, 0, "zeros"},
                             {"ones", Kind::ones, 0, "ones"},
                             {"constant", Kind::constant, 1, "constant(0.5)"},
                             {"uniform", Kind::uniform, 2, "uniform(-0.1, 0.1)"},
                             {"normal", Kind::normal, 2, "normal(0, 0.1)"},
                             {"glorot_uniform", Kind::glorot_uniform, 0, "glorot_uniform"},
                             {"orthogonal", Kind::orthogonal, 0, "orthogonal"},
                             {"linspace", Kind::linspace, 2, "linspace(3, 6)"}};
  const auto* call = std::get_if<ast::Call>(&expr.node);
  const auto* name = std::get_if<ast::NameRef>(call != nullptr ? &call->callee->node : &expr.node);
  std::vector<std::string> names;
  for (const Row& row : rows) {
    names.emplace_back(row.name);
    if (name == nullptr || row.name != name->text) continue;
    Initialiser result{row.kind, {}};
    for (size_t i = 0; call != nullptr && i < call->arguments.size(); ++i) {
      Static value = known(*call->arguments[i].value);
      if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
      if (const double* real = std::get_if<double>(&value)) result.arguments.push_back(*real);
      if (const Size* size = std::get_if<Size>(&value); size != nullptr && size->number())
        result.arguments.push_back(static_cast<double>(*size->number()));
    }
    if (result.arguments.size() == row.arguments) return result;
    error(Code::bad_initialiser, expr.span,
          fmt::format("`{}` takes {} number{}: `{}`", row.name, row.arguments, row.arguments == 1 ? "" : "s",
                      row.usage));
    out_->failed = true;
    return std::nullopt;
  }
  std::string near = name != nullptr ? nearest(name->text, names) : "";
  error(Code::bad_initialiser, expr.span,
        fmt::format("`{}` is no way to start a parameter", ast::print(expr)), {},
        !near.empty()
            ? fmt::format("did you mean `{}`?", near)
            : "there are zeros, ones, constant, uniform, normal, glorot_uniform, orthogonal and linspace");
  out_->failed = true;
  return std::nullopt;
}

void Scope::declare_param(const ast::Param& param, Span span) {
  std::optional<Initialiser> start;
  if (param.initialiser != nullptr) start = initialiser(*param.initialiser);
  std::optional<Shape> own_shape;
  if (param.shape) own_shape = shape(*param.shape);
  for (const ast::Path& path : param.paths) {
    const bool plain = path.parts.size() == 1;
    if (plain && param.shape) {
      ast::Name name{path.parts[0], path.span};
      if (!claim(name) || !own_shape) continue;
      Val value =
          parameter(name.text, *own_shape, own_shape->size() >= 2 ? 1 : 0, false, false, false, path.span);
      value.origin = param.shape->span;
      if (start) find_parameter(name.text)->initialiser = *start;
      out().values[name.text] = value;
    } else if (plain || param.shape || param.initialiser == nullptr) {
      if (plain) claimed_.emplace(path.text(), path.span);
      error(Code::parameter_needs_shape, path.span,
            plain ? fmt::format("`param {}` needs a shape", path.text())
                  : fmt::format("`{}` belongs to a layer, which gives it its shape", path.text()),
            {},
            plain ? fmt::format("`param {}: [H]`", path.text())
                  : fmt::format("only how it starts can be said: `param {} ~ ones`", path.text()));
      out_->failed = true;
    } else if (start) {
      out().body->overrides.push_back({path.text(), *start, span});
    }
  }
}

void Scope::declare_equation(const std::vector<ast::Name>& names, const ast::Shape* shape,
                             const ast::Expr& value, bool gate, Span span) {
  for (uint32_t i = 0; i < names.size(); ++i) {
    const ast::Name& name = names[i];
    if (states_.contains(name.text) && !equations_.contains(name.text)) {
      // the update of a state: its name is claimed already
    } else if (!claim(name)) {
      continue;
    }
    equations_.emplace(
        name.text,
        Equation{&value, shape, i, static_cast<uint32_t>(names.size()), gate, name.span, span, {}});
    order_.push_back(name.text);
  }
}

void Scope::declare() {
  auto misplaced = [&](const char* what, Span span, const char* help) {
    error(Code::statement_elsewhere, span, fmt::format("a {} has no {}", in_cell() ? "cell" : "model", what),
          {}, help);
    out_->failed = true;
  };
  // In this order, so that the text is free in its own.
  for (const ast::Statement& statement : ast_->statements) {
    if (const auto* input = std::get_if<ast::Input>(&statement.node)) {
      for (const ast::Name& name : input->names)
        declare_input(name, input->type ? &*input->type : nullptr, false);
    } else if (const auto* target = std::get_if<ast::Target>(&statement.node)) {
      if (in_cell()) {
        misplaced("targets", statement.span, "targets and losses belong to a model");
        continue;
      }
      for (const ast::Name& name : target->names) declare_input(name, &target->type, true);
    }
  }
  for (const ast::Statement& statement : ast_->statements) {
    if (const auto* param = std::get_if<ast::Param>(&statement.node)) declare_param(*param, statement.span);
  }
  for (const ast::Statement& statement : ast_->statements) {
    if (const auto* state = std::get_if<ast::State>(&statement.node)) {
      if (in_cell()) {
        declare_state(*state);
      } else {
        misplaced("states of its own", statement.span, "states live in cells");
      }
    }
  }
  for (const ast::Statement& statement : ast_->statements) {
    if (const auto* equation = std::get_if<ast::Equation>(&statement.node)) {
      declare_equation(equation->names, equation->shape ? &*equation->shape : nullptr, *equation->value,
                       equation->gate, statement.span);
    } else if (const auto* output = std::get_if<ast::Output>(&statement.node)) {
      if (output->value != nullptr) {
        declare_equation(output->names, output->shape ? &*output->shape : nullptr, *output->value, false,
                         statement.span);
      }
    } else if (in_cell() && std::holds_alternative<ast::Loss>(statement.node)) {
      misplaced("loss", statement.span, "targets and losses belong to a model");
    } else if (in_cell() && std::holds_alternative<ast::Train>(statement.node)) {
      misplaced("training block", statement.span, "put `train { ... }` into a model");
    } else if (!in_cell() && std::holds_alternative<ast::Stored>(statement.node)) {
      misplaced("`stored` block", statement.span, "a cell says how files hold its parameters");
    }
  }
}

}  // namespace rnnc::sema
