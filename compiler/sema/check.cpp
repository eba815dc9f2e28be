#include "compiler/sema/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "compiler/sema/dimensions.h"
#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

namespace {

// The expression, and all that it is made of.
void each_expr(const ast::Expr& expr, const std::function<void(const ast::Expr&)>& visit) {
  visit(expr);
  std::visit(
      [&](const auto& e) {
        using T = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<T, ast::Call>) {
          each_expr(*e.callee, visit);
          for (const ast::Argument& argument : e.arguments) each_expr(*argument.value, visit);
        } else if constexpr (std::is_same_v<T, ast::Pipe>) {
          each_expr(*e.value, visit);
          each_expr(*e.stage, visit);
        } else if constexpr (std::is_same_v<T, ast::Negate> || std::is_same_v<T, ast::Root>) {
          each_expr(*e.operand, visit);
        } else if constexpr (std::is_same_v<T, ast::Binary>) {
          each_expr(*e.left, visit);
          each_expr(*e.right, visit);
        } else if constexpr (std::is_same_v<T, ast::Member>) {
          each_expr(*e.object, visit);
        } else if constexpr (std::is_same_v<T, ast::Bracket>) {
          each_expr(*e.object, visit);
          for (const ast::Argument& argument : e.arguments) each_expr(*argument.value, visit);
        } else if constexpr (std::is_same_v<T, ast::Parens>) {
          each_expr(*e.inner, visit);
        } else if constexpr (std::is_same_v<T, ast::Concat>) {
          for (const ast::ExprPtr& part : e.parts) each_expr(*part, visit);
        }
      },
      expr.node);
}

void each_expr(const ast::Body& body, const std::function<void(const ast::Expr&)>& visit) {
  for (const ast::Statement& statement : body.statements) {
    if (const auto* equation = std::get_if<ast::Equation>(&statement.node))
      each_expr(*equation->value, visit);
    if (const auto* output = std::get_if<ast::Output>(&statement.node); output != nullptr && output->value)
      each_expr(*output->value, visit);
    if (const auto* loss = std::get_if<ast::Loss>(&statement.node)) each_expr(*loss->value, visit);
  }
}

// Names that a body applies: a setting among them is a function, not a size.
std::set<std::string> applied_names(const ast::Body& body) {
  std::set<std::string> names;
  each_expr(body, [&](const ast::Expr& expr) {
    const auto* call = std::get_if<ast::Call>(&expr.node);
    const auto* pipe = std::get_if<ast::Pipe>(&expr.node);
    const ast::Expr* applied = call ? call->callee.get() : pipe ? pipe->stage.get() : nullptr;
    const auto* name = applied ? std::get_if<ast::NameRef>(&applied->node) : nullptr;
    if (name) names.insert(name->text);
  });
  return names;
}

}  // namespace

// ---------------------------------------------------------------- declarations

Program resolve(std::vector<std::shared_ptr<const ast::File>> own,
                std::vector<std::shared_ptr<const ast::File>> library, diagnostics::Sink& sink) {
  Program program;
  program.files = own;
  program.library = own.size();
  program.files.insert(program.files.end(), library.begin(), library.end());
  for (size_t i = 0; i < program.files.size(); ++i) {
    std::map<std::string, Span> seen;
    const bool ours = i < program.library;
    for (const ast::Declaration& declaration : program.files[i]->declarations) {
      const ast::Name* name = nullptr;
      const auto add_member = [&](const ast::Expr& expr) {
        if (const auto* member = std::get_if<ast::Member>(&expr.node))
          program.members.insert(member->member.text);
      };
      if (const auto* function = std::get_if<ast::Function>(&declaration.node)) {
        each_expr(*function->value, add_member);
        name = &function->name;
        const bool hidden = program.functions.contains(name->text) || program.cells.contains(name->text);
        if (!hidden) program.functions[name->text] = function;
      } else if (const auto* body = std::get_if<ast::Body>(&declaration.node)) {
        each_expr(*body, add_member);
        name = &body->name;
        const bool hidden = program.functions.contains(name->text) || program.cells.contains(name->text);
        if (body->kind == ast::BodyKind::cell && !hidden) program.cells[name->text] = body;
        if (i == 0) program.own.push_back(body);
      }
      if (name == nullptr || !ours) continue;
      if (auto [first, fresh] = seen.emplace(name->text, name->span); !fresh) {
        sink.report({Code::defined_twice,
                     fmt::format("`{}` is defined twice", name->text),
                     {name->span, "again here"},
                     {{first->second, "first defined here"}},
                     {},
                     "each name of a file is defined once"});
      }
    }
  }
  return program;
}

// ---------------------------------------------------------------- bodies

void Elaborator::error(Code code, Span span, std::string message, std::string label, std::string help,
                       std::vector<diagnostics::Label> related) {
  sink_.report({code, std::move(message), {span, std::move(label)}, std::move(related), {}, std::move(help)});
}

namespace {

// What tells apart the elaborations of one cell: its functions and constants. Sizes keep their names.
std::string key_of(const Settings& settings);

std::string key_of(const Callable& callable) {
  std::string key = callable.name;
  for (const Static& value : callable.positional) key += key_of(Settings{{"", value}});
  for (const auto& [name, value] : callable.named) key += key_of(Settings{{name, value}});
  return key + (callable.settings.empty() ? "" : "[" + key_of(callable.settings) + "]");
}

std::string key_of(const Settings& settings) {
  std::string key;
  for (const auto& [name, value] : settings) {
    if (const double* real = std::get_if<double>(&value)) key += fmt::format("{}={};", name, *real);
    if (const Word* word = std::get_if<Word>(&value)) key += fmt::format("{}={};", name, word->text);
    if (const auto* callable = std::get_if<std::shared_ptr<Callable>>(&value))
      key += fmt::format("{}={};", name, key_of(**callable));
  }
  return key;
}

}  // namespace

std::shared_ptr<Checked> Elaborator::cell(const ast::Body& cell, const Settings& settings,
                                          const std::map<std::string, int64_t>& counts, Span user) {
  std::string key =
      fmt::format("{}@{}:{}|{}", cell.name.text, cell.name.span.file, cell.name.span.begin, key_of(settings));
  for (const auto& [name, count] : counts) key += fmt::format("{}={};", name, count);
  if (active_.contains(key)) {
    error(Code::contains_itself, user, fmt::format("`{}` contains itself", cell.name.text), {},
          "a cell runs other cells, but never one that runs it", {{cell.name.span, "defined here"}});
    return nullptr;
  }
  if (auto known = cells_.find(key); known != cells_.end()) return known->second;
  Settings own;
  for (const auto& [name, value] : settings)
    own[name] = std::holds_alternative<Size>(value) ? Static(Size::name(name)) : value;
  auto checked = std::make_shared<Checked>();
  active_.insert(key);
  Scope(*this, cell, *checked, std::move(own), counts, false).run();
  active_.erase(key);
  return cells_[key] = checked;
}

// Nothing if a setting without a default is a function: such a cell is checked where it is used.
std::optional<Settings> Elaborator::by_default(const ast::Body& body, bool& failed) {
  const std::set<std::string> applied = applied_names(body);
  Checked nothing;  // defaults are read where only the program's declarations are seen
  const ast::Body empty{body.kind, body.name, {}, {}};
  Scope at(*this, empty, nothing, {}, {}, false);
  Settings settings;
  for (const ast::Setting& setting : body.settings) {
    const std::string& name = setting.name.text;
    Static value = Size::name(name);
    if (setting.fallback == nullptr) {
      if (applied.contains(name)) return std::nullopt;
    } else {
      value = Scope(at, settings).known(*setting.fallback);
    }
    settings[name] = std::holds_alternative<Size>(value) ? Static(Size::name(name)) : value;
  }
  failed = nothing.failed;
  return settings;
}

std::shared_ptr<Checked> Elaborator::alone(const ast::Body& body,
                                           const std::map<std::string, int64_t>& counts) {
  auto checked = std::make_shared<Checked>();
  std::optional<Settings> settings = by_default(body, checked->failed);
  if (!settings) return nullptr;
  Scope(*this, body, *checked, std::move(*settings), counts, true).run();
  return checked;
}

void Elaborator::generic(const ast::Body& body) {
  bool failed = false;
  std::optional<Settings> settings = by_default(body, failed);
  if (settings && !failed) cell(body, *settings, {}, body.name.span);
}

// ---------------------------------------------------------------- the front door

namespace {

// A function is checked where it is used; alone, for the names in it.
void check_function(const ast::Function& function, diagnostics::Sink& sink) {
  std::map<std::string, Span> seen;
  for (const ast::Name& parameter : function.parameters) {
    if (auto [first, fresh] = seen.emplace(parameter.text, parameter.span); !fresh) {
      sink.report({Code::defined_twice,
                   fmt::format("`{}` is defined twice", parameter.text),
                   {parameter.span, "again here"},
                   {{first->second, "first here"}},
                   {},
                   ""});
    }
  }
}

}  // namespace

void check(const Program& program, diagnostics::Sink& sink) {
  Elaborator world(program, sink);
  for (size_t i = 0; i < program.library; ++i) {
    for (const ast::Declaration& declaration : program.files[i]->declarations) {
      if (const auto* function = std::get_if<ast::Function>(&declaration.node))
        check_function(*function, sink);
      const auto* body = std::get_if<ast::Body>(&declaration.node);
      if (body == nullptr) continue;
      // A cell as it is used, whatever it is given; then standing alone, if that was faultless.
      const size_t before = sink.error_count();
      if (body->kind == ast::BodyKind::cell) world.generic(*body);
      if (sink.error_count() > before) continue;
      const auto checked = world.alone(*body, {});
      if (checked && sink.error_count() == before)
        check_dimensions(*checked->body, {}, OtherSizes::open, sink);
    }
  }
}

}  // namespace rnnc::sema
