#include "tests/unit/parse/shape_of.h"

#include <fmt/format.h>

#include <iterator>

namespace rnnc::parse {

namespace {

std::string_view name_of(ast::BinaryOp op) {
  static constexpr std::string_view kNames[] = {"add",     "subtract",      "multiply", "divide",
                                                "power",   "contract",      "less",     "less_equal",
                                                "greater", "greater_equal", "equal",    "not_equal"};
  return kNames[static_cast<size_t>(op)];
}

std::string shapes_of(const std::vector<ast::Argument>& arguments) {
  std::string result;
  for (const ast::Argument& argument : arguments) {
    std::string name = argument.name ? argument.name->text + "=" : "";
    result += " " + name + shape_of(*argument.value);
  }
  return result;
}

struct Shape {
  std::string operator()(const ast::Number& n) const { return n.spelling; }
  std::string operator()(const ast::NameRef& n) const { return n.text; }
  std::string operator()(const ast::Time&) const { return "TIME"; }
  std::string operator()(const ast::Negate& n) const {
    return fmt::format("(negate {})", shape_of(*n.operand));
  }
  std::string operator()(const ast::Root& n) const { return fmt::format("(root {})", shape_of(*n.operand)); }
  std::string operator()(const ast::Binary& n) const {
    return fmt::format("({} {} {})", name_of(n.op), shape_of(*n.left), shape_of(*n.right));
  }
  std::string operator()(const ast::Member& n) const {
    return fmt::format("(member {} {})", shape_of(*n.object), n.member.text);
  }
  std::string operator()(const ast::Bracket& n) const {
    return fmt::format("(bracket {}{})", shape_of(*n.object), shapes_of(n.arguments));
  }
  std::string operator()(const ast::Call& n) const {
    return fmt::format("(call {}{})", shape_of(*n.callee), shapes_of(n.arguments));
  }
  std::string operator()(const ast::Pipe& n) const {
    return fmt::format("(pipe {} {})", shape_of(*n.value), shape_of(*n.stage));
  }
  std::string operator()(const ast::Concat& n) const {
    std::string result = "(concat";
    for (const ast::ExprPtr& part : n.parts) result += " " + shape_of(*part);
    return result + ")";
  }
  std::string operator()(const ast::Parens& n) const {
    return fmt::format("(parens {})", shape_of(*n.inner));
  }
};

}  // namespace

std::string shape_of(const ast::Expr& expr) { return std::visit(Shape(), expr.node); }

}  // namespace rnnc::parse
