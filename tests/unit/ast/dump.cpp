#include "tests/unit/ast/dump.h"

#include <fmt/format.h>

#include "compiler/support/overloaded.h"

namespace rnnc::ast {

namespace {

using support::Overloaded;

std::string dump(const Expr& expr);
std::string dump(const Train::Setting& setting);
std::string dump(const Stored::Tensor& tensor);

std::string dump(const ExprPtr& expr) { return expr ? dump(*expr) : "-"; }
std::string dump(const Name& name) { return name.text; }
std::string dump(const Path& path) { return path.text(); }
std::string dump(const Argument& argument) {
  return (argument.name ? argument.name->text + "=" : "") + dump(argument.value);
}
std::string dump(const Setting& setting) { return setting.name.text + "=" + dump(setting.fallback); }

template <class Items>
std::string dump_all(const Items& items) {
  std::string text = "{";
  for (const auto& item : items) text += dump(item) + ";";
  return text + "}";
}

std::string dump(const Expr& expr) {
  return std::visit(
      Overloaded{
          [](const Number& n) { return fmt::format("(number {} {} {})", n.spelling, n.value, n.whole); },
          [](const NameRef& n) { return n.text; },
          [](const Time&) { return std::string("(t)"); },
          [](const Negate& n) { return fmt::format("(negate {})", dump(n.operand)); },
          [](const Root& n) { return fmt::format("(root {})", dump(n.operand)); },
          [](const Binary& n) {
            return fmt::format("({}:{} {} {})", static_cast<int>(n.op), n.spelling, dump(n.left),
                               dump(n.right));
          },
          [](const Member& n) { return fmt::format("(member {} {})", dump(n.object), dump(n.member)); },
          [](const Bracket& n) {
            return fmt::format("(bracket {} {})", dump(n.object), dump_all(n.arguments));
          },
          [](const Call& n) { return fmt::format("(call {} {})", dump(n.callee), dump_all(n.arguments)); },
          [](const Pipe& n) { return fmt::format("(pipe {} {})", dump(n.value), dump(n.stage)); },
          [](const Concat& n) { return fmt::format("(concat {})", dump_all(n.parts)); },
          [](const Parens& n) { return fmt::format("(parens {})", dump(n.inner)); },
      },
      expr.node);
}

std::string dump(const std::optional<Shape>& shape) { return shape ? dump_all(shape->sizes) : "-"; }
std::string dump(const Type& type) {
  return fmt::format("{} {} {}", type.sequence ? "seq" : "one", dump(type.shape), dump(type.token));
}
std::string dump(const Train::Setting& setting) { return setting.key.text + "=" + dump(setting.value); }
std::string dump(const Stored::Tensor& tensor) { return dump_all(tensor.names) + "=" + dump(tensor.value); }

std::string dump(const Statement& statement) {
  return std::visit(
      Overloaded{
          [](const Input& s) {
            return fmt::format("input {} {}", dump_all(s.names), s.type ? dump(*s.type) : "-");
          },
          [](const Target& s) { return fmt::format("target {} {}", dump_all(s.names), dump(s.type)); },
          [](const State& s) {
            return fmt::format("state {} {} {}", dump_all(s.names), dump_all(s.shape.sizes), dump(s.first));
          },
          [](const Param& s) {
            return fmt::format("param {} {} {}", dump_all(s.paths), dump(s.shape), dump(s.initialiser));
          },
          [](const Equation& s) {
            return fmt::format("{} {} {} {}", s.gate ? "gate" : "equation", dump_all(s.names), dump(s.shape),
                               dump(s.value));
          },
          [](const Output& s) {
            return fmt::format("output {} {} {}", dump_all(s.names), dump(s.shape), dump(s.value));
          },
          [](const Loss& s) { return fmt::format("loss {}", dump(s.value)); },
          [](const Train& s) { return fmt::format("train {}", dump_all(s.settings)); },
          [](const Stored& s) { return fmt::format("stored {}", dump_all(s.tensors)); },
      },
      statement.node);
}

std::string dump(const Declaration& declaration) {
  std::string text = fmt::format("\"{}\" ", declaration.documentation);
  return text + std::visit(Overloaded{
                               [](const Import& d) { return fmt::format("import {}\n", d.path); },
                               [](const Function& d) {
                                 return fmt::format("fn {} {} {} {}\n", d.name.text, dump_all(d.settings),
                                                    dump_all(d.parameters), dump(d.value));
                               },
                               [](const Body& d) {
                                 std::string body =
                                     fmt::format("{} {} {}\n", d.kind == BodyKind::cell ? "cell" : "model",
                                                 d.name.text, dump_all(d.settings));
                                 for (const Statement& s : d.statements) body += "  " + dump(s) + "\n";
                                 return body;
                               },
                           },
                           declaration.node);
}

}  // namespace

std::string dump(const File& file) {
  std::string text;
  for (const Declaration& declaration : file.declarations) text += dump(declaration);
  return text;
}

}  // namespace rnnc::ast
