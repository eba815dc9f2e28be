// Any bytes are a tree whose places lie in the text and inside one another, or errors that point into it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/ast/ast.h"
#include "compiler/parse/parse.h"
#include "compiler/support/check.h"

namespace {

namespace ast = rnnc::ast;
using rnnc::support::Span;

void check_inside(Span inner, Span outer) {
  RNNC_CHECK(inner.begin < inner.end, "a place without text");
  RNNC_CHECK(outer.begin <= inner.begin && inner.end <= outer.end, "a part lies outside of its whole");
}

// Each part of an expression lies inside it, and it is no higher than promised.
class ExpressionChecker {
 public:
  void check(const ast::Expr& expr, Span outer, size_t depth = 0) {
    check_inside(expr.span, outer);
    RNNC_CHECK(depth <= rnnc::parse::kMaxDepth, "an expression is higher than kMaxDepth");
    outer_ = expr.span;
    depth_ = depth;
    std::visit(*this, expr.node);
  }

  void operator()(const ast::Number& n) { RNNC_CHECK(n.value >= 0, "a number has no sign"); }
  void operator()(const ast::NameRef& n) { RNNC_CHECK(!n.text.empty(), "a name without letters"); }
  void operator()(const ast::Time&) {}
  void operator()(const ast::Negate& n) { parts({n.operand.get()}); }
  void operator()(const ast::Root& n) { parts({n.operand.get()}); }
  void operator()(const ast::Binary& n) { parts({n.left.get(), n.right.get()}); }
  void operator()(const ast::Pipe& n) { parts({n.value.get(), n.stage.get()}); }
  void operator()(const ast::Parens& n) { parts({n.inner.get()}); }
  void operator()(const ast::Member& n) {
    check_inside(n.member.span, outer_);
    parts({n.object.get()});
  }
  void operator()(const ast::Bracket& n) { group(*n.object, n.arguments); }
  void operator()(const ast::Call& n) { group(*n.callee, n.arguments); }
  void operator()(const ast::Concat& n) {
    std::vector<const ast::Expr*> all;
    for (const ast::ExprPtr& part : n.parts) all.push_back(part.get());
    parts(all);
  }

 private:
  void group(const ast::Expr& head, const std::vector<ast::Argument>& arguments) {
    std::vector<const ast::Expr*> all = {&head};
    for (const ast::Argument& argument : arguments) all.push_back(argument.value.get());
    parts(all);
  }
  void parts(const std::vector<const ast::Expr*>& all) {
    Span outer = outer_;
    size_t depth = depth_ + 1;
    for (const ast::Expr* part : all) check(*part, outer, depth);
  }

  Span outer_;
  size_t depth_ = 0;
};

void check_value(const ast::Statement& statement) {
  const ast::Expr* value = nullptr;
  if (const auto* equation = std::get_if<ast::Equation>(&statement.node)) value = equation->value.get();
  if (const auto* output = std::get_if<ast::Output>(&statement.node)) value = output->value.get();
  if (const auto* loss = std::get_if<ast::Loss>(&statement.node)) value = loss->value.get();
  if (value != nullptr) ExpressionChecker().check(*value, statement.span);
}

void check_declaration(const ast::Declaration& declaration, Span whole) {
  check_inside(declaration.span, whole);
  if (const auto* function = std::get_if<ast::Function>(&declaration.node)) {
    ExpressionChecker().check(*function->value, declaration.span);
  }
  if (const auto* body = std::get_if<ast::Body>(&declaration.node)) {
    for (const ast::Statement& statement : body->statements) {
      check_inside(statement.span, declaration.span);
      check_value(statement);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rnnc::support::SourceMap sources;
  rnnc::diagnostics::Sink sink;
  auto id = sources.add("fuzz.rnn", std::string(reinterpret_cast<const char*>(data), size));
  std::optional<ast::File> file = rnnc::parse::parse(sources, id, sink);
  RNNC_CHECK(file.has_value() != sink.has_errors(), "a tree, or errors");

  Span whole = {id, 0, static_cast<uint32_t>(size)};
  for (const auto& diagnostic : sink.sorted()) {
    RNNC_CHECK(diagnostic.primary.span.file == id && diagnostic.primary.span.end <= size,
               "an error outside of the text");
    for (const auto& label : diagnostic.related) check_inside(label.span, whole);
  }
  if (!file) return 0;
  for (const ast::Declaration& declaration : file->declarations) check_declaration(declaration, whole);
  for (const ast::Comment& comment : file->comments) {
    check_inside(comment.span, whole);
    RNNC_CHECK(sources.text(comment.span) == comment.text, "a comment is another text than its place");
  }
  return 0;
}
