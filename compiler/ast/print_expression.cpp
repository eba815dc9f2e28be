#include "compiler/ast/print_expression.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "compiler/support/overloaded.h"
#include "compiler/support/source.h"

namespace rnnc::ast {

using support::Overloaded;

using layout::align;
using layout::concat;
using layout::Doc;
using layout::flat;
using layout::group;
using layout::hard_line;
using layout::line;
using layout::nest;
using layout::text;
using layout::trailing;

namespace {

// A broken pipeline hangs from its first `|>` if the value before it is at most this long.
constexpr size_t kShortHead = 24;
constexpr int kContinuation = 4;

std::string_view ascii_spelling(BinaryOp op) {
  switch (op) {
    case BinaryOp::add:
      return "+";
    case BinaryOp::subtract:
      return "-";
    case BinaryOp::multiply:
      return "*";
    case BinaryOp::divide:
      return "/";
    case BinaryOp::power:
      return "^";
    case BinaryOp::contract:
      return "@";
    case BinaryOp::less:
      return "<";
    case BinaryOp::less_equal:
      return "<=";
    case BinaryOp::greater:
      return ">";
    case BinaryOp::greater_equal:
      return ">=";
    case BinaryOp::equal:
      return "==";
    case BinaryOp::not_equal:
      return "!=";
  }
  return {};
}

std::string spelling(const Binary& binary) {
  return binary.spelling.empty() ? std::string(ascii_spelling(binary.op)) : binary.spelling;
}

// h[t-1]: a delay is written without blanks.
const Binary* as_delay(const Expr& expr) {
  const auto* binary = std::get_if<Binary>(&expr.node);
  if (!binary || (binary->op != BinaryOp::add && binary->op != BinaryOp::subtract)) return nullptr;
  bool is_simple = std::holds_alternative<Number>(binary->right->node) ||
                   std::holds_alternative<NameRef>(binary->right->node);
  return std::holds_alternative<Time>(binary->left->node) && is_simple ? binary : nullptr;
}

// The left-leaning tree of a Pipe or of operators, unrolled: its first operand, then each further node in
// order.
template <class NodeType>
std::pair<const Expr*, std::vector<const NodeType*>> unroll(const Expr& root, ExprPtr NodeType::* left) {
  std::vector<const NodeType*> nodes;
  const Expr* expr = &root;
  while (const auto* node = std::get_if<NodeType>(&expr->node)) {
    nodes.push_back(node);
    expr = (node->*left).get();
  }
  std::reverse(nodes.begin(), nodes.end());
  return {expr, std::move(nodes)};
}

}  // namespace

Doc ExpressionPrinter::comments(uint32_t byte) {
  std::vector<Doc> parts;
  while (const Comment* comment = comments_.take_before(byte)) {
    bool ends_a_line = parts.empty() && !comment->alone_on_line;
    if (!ends_a_line) parts.push_back(hard_line());
    std::string content = without_final_blanks(comment->text);
    parts.push_back(ends_a_line ? trailing(std::move(content)) : text(std::move(content)));
  }
  return parts.empty() ? Doc() : concat(std::move(parts));
}

Doc ExpressionPrinter::seam(uint32_t byte, Doc otherwise) {
  Doc before = comments(byte);
  return before.empty() ? otherwise : concat({before, hard_line()});
}

Doc ExpressionPrinter::continued(uint32_t byte, Doc otherwise) {
  return nest(kContinuation, seam(byte, std::move(otherwise)));
}

Doc ExpressionPrinter::value(const Expr& expr) {
  if (!std::holds_alternative<Binary>(expr.node)) return expression(expr);
  return concat({continued(expr.span.begin), chain(expr, true)});
}

Doc ExpressionPrinter::expression(const Expr& expr) {
  return concat({continued(expr.span.begin), node(expr)});
}

Doc ExpressionPrinter::node(const Expr& expr) {
  return std::visit(Overloaded{
                        [](const Number& number) { return text(number.spelling); },
                        [](const NameRef& name) { return text(name.text); },
                        [](const Time&) { return text("t"); },
                        [&](const Negate& node) { return negate(node, expr); },
                        [&](const Root& node) { return concat({text("√"), expression(*node.operand)}); },
                        [&](const Binary&) { return chain(expr, false); },
                        [&](const Member& node) {
                          return concat({expression(*node.object), text("."), name(node.member)});
                        },
                        [&](const Bracket& node) { return bracket(node, expr); },
                        [&](const Call& node) {
                          Doc callee = expression(*node.callee);
                          return concat({callee, arguments("(", node.arguments, ")", expr)});
                        },
                        [&](const Pipe&) { return pipeline(expr); },
                        [&](const Concat& node) { return expressions(node.parts, expr.span.end); },
                        [&](const Parens& node) {
                          Doc inner = align(expression(*node.inner));
                          return concat({text("("), inner, seam(expr.span.end, {}), text(")")});
                        },
                    },
                    expr.node);
}

// The tree does not hold which of the two signs was written.
Doc ExpressionPrinter::negate(const Negate& negate, const Expr& expr) {
  constexpr std::string_view kMinus = "−";
  bool is_typographic = written_.between(expr.span.begin, expr.span.end).starts_with(kMinus);
  Doc operand = expression(*negate.operand);
  return concat({text(is_typographic ? std::string(kMinus) : "-"), operand});
}

// Operands and operators in their order. A line that was broken at an operator stays broken there; one that
// is too long is filled. The operators of a line's value stand left of its operands:
//   wkv = (exp(m[t-1] - p) * a[t-1] + exp(bonus + k - p) * v)
//       / (exp(m[t-1] - p) * b[t-1] + exp(bonus + k - p))
Doc ExpressionPrinter::chain(const Expr& expr, bool outdented) {
  auto [first, operations] = unroll(expr, &Binary::left);
  std::vector<Doc> parts = {expression(*first)};
  uint32_t left_end = first->span.end;
  for (const Binary* operation : operations) {
    uint32_t right_begin = operation->right->span.begin;
    std::string sign = spelling(*operation);
    int outdent = outdented ? -static_cast<int>(support::display_width(sign) + 1) : 0;
    bool stays_broken = written_.breaks_line(left_end, right_begin);
    Doc separator = seam(right_begin, operation->op == BinaryOp::power ? text(" ")
                                      : stays_broken                   ? hard_line()
                                                                       : line());
    Doc right = concat({text(sign + " "), expression(*operation->right)});
    parts.push_back(group(concat({nest(outdent, separator), right})));
    left_end = operation->right->span.end;
  }
  return align(concat(std::move(parts)));
}

// A pipeline is broken before every stage but the first, or not at all.
Doc ExpressionPrinter::pipeline(const Expr& expr) {
  auto [head, stages] = unroll(expr, &Pipe::value);
  Doc head_doc = expression(*head);
  bool head_is_short = !head_doc.breaks() && support::display_width(flat(head_doc)) <= kShortHead;
  bool hangs_from_first = head_is_short && !comments_.peek_before(stages.front()->stage->span.begin);
  bool stays_broken = false;
  for (const Pipe* stage : stages) {
    stays_broken = stays_broken || written_.breaks_line(stage->value->span.end, stage->stage->span.begin);
  }

  std::vector<Doc> parts;
  for (const Pipe* stage : stages) {
    bool is_joined = hangs_from_first && stage == stages.front();
    if (!is_joined) parts.push_back(seam(stage->stage->span.begin, stays_broken ? hard_line() : line()));
    parts.push_back(text("|> "));
    parts.push_back(expression(*stage->stage));
  }
  Doc tail = concat(std::move(parts));
  if (hangs_from_first) return group(concat({head_doc, text(" "), align(tail)}));
  return group(align(concat({head_doc, nest(layout::kIndentation, tail)})));
}

Doc ExpressionPrinter::bracket(const Bracket& bracket, const Expr& expr) {
  Doc object = expression(*bracket.object);
  bool is_delay = bracket.arguments.size() == 1 && !bracket.arguments.front().name;
  const Binary* delay = is_delay ? as_delay(*bracket.arguments.front().value) : nullptr;
  if (!delay) return concat({object, arguments("[", bracket.arguments, "]", expr)});
  Doc left = expression(*delay->left);
  Doc right = expression(*delay->right);
  return concat(
      {object, text("["), left, text(spelling(*delay)), right, continued(expr.span.end), text("]")});
}

Doc ExpressionPrinter::argument(const Argument& argument) {
  if (!argument.name) return expression(*argument.value);
  Doc label = name(*argument.name);
  return concat({label, text(" = "), expression(*argument.value)});
}

Doc ExpressionPrinter::arguments(const char* open, const std::vector<Argument>& arguments, const char* close,
                                 const Expr& expr) {
  std::vector<Element> elements;
  for (const Argument& each : arguments) {
    uint32_t begin = each.name ? each.name->span.begin : each.value->span.begin;
    elements.push_back({begin, [this, &each] { return argument(each); }});
  }
  return list(open, elements, close, expr.span.end);
}

Doc ExpressionPrinter::expressions(const std::vector<ExprPtr>& parts, uint32_t end) {
  std::vector<Element> elements;
  for (const ExprPtr& part : parts) {
    elements.push_back({part->span.begin, [this, &part] { return expression(*part); }});
  }
  return list("[", elements, "]", end);
}

// On one line, or each element on its own:
//   f(
//     a,
//     b
//   )
Doc ExpressionPrinter::list(const char* open, const std::vector<Element>& elements, const char* close,
                            uint32_t end) {
  std::vector<Doc> parts;
  for (const Element& element : elements) {
    if (!parts.empty()) parts.push_back(text(","));
    parts.push_back(seam(element.begin, line(parts.empty() ? "" : " ")));
    parts.push_back(element.print());
  }
  Doc before_close = comments(end);
  bool has_lines = !parts.empty() || !before_close.empty();
  parts.push_back(before_close);
  Doc inner = nest(layout::kIndentation, concat(std::move(parts)));
  Doc last = !has_lines ? Doc() : before_close.empty() ? line("") : hard_line();
  return group(concat({text(open), inner, last, text(close)}));
}

Doc ExpressionPrinter::name(const Name& name) {
  Doc before = continued(name.span.begin);
  return concat({before, text(name.text)});
}

// Filled, since a list of names has no brackets to stand between.
Doc ExpressionPrinter::names(const std::vector<Name>& names) {
  std::vector<Doc> parts;
  for (const Name& each : names) {
    if (parts.empty()) {
      parts.push_back(name(each));
      continue;
    }
    Doc separator = continued(each.span.begin, line());
    parts.push_back(concat({text(","), group(concat({separator, text(each.text)}))}));
  }
  return concat(std::move(parts));
}

Doc ExpressionPrinter::path(const Path& path) {
  Doc before = continued(path.span.begin);
  return concat({before, text(path.text())});
}

Doc ExpressionPrinter::shape(const Shape& shape) {
  Doc before = continued(shape.span.begin);
  return concat({before, expressions(shape.sizes, shape.span.end)});
}

Doc ExpressionPrinter::type(const Type& type) {
  Doc before = continued(type.span.begin);
  Doc sequence = type.sequence ? text("seq ") : Doc();
  if (type.shape) return concat({before, sequence, shape(*type.shape)});
  Doc count = expression(*type.token);
  return concat({before, sequence, text("token["), count, continued(type.span.end), text("]")});
}

Doc ExpressionPrinter::settings(const std::vector<Setting>& settings) {
  if (settings.empty()) return {};
  std::vector<Element> elements;
  for (const Setting& each : settings) {
    elements.push_back({each.name.span.begin, [this, &each] {
                          Doc label = name(each.name);
                          if (!each.fallback) return label;
                          return concat({label, text(" = "), expression(*each.fallback)});
                        }});
  }
  return list("[", elements, "]", 0);
}

}  // namespace rnnc::ast
