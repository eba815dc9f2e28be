#include "compiler/ast/print_statement.h"

#include <string_view>
#include <utility>

#include "compiler/support/overloaded.h"
#include "compiler/support/source.h"

namespace rnnc::ast {

using support::Overloaded;

using layout::concat;
using layout::Doc;
using layout::flat;
using layout::group;
using layout::line;
using layout::text;

namespace {

constexpr size_t kBodyIndentation = 2;

Row row_of(RowKind kind, Doc names) {
  Row row;
  row.kind = kind;
  row.names = std::move(names);
  return row;
}

void add_colon(Row& row) { row.names = concat({row.names, text(":")}); }

}  // namespace

// ---------------------------------------------------------------- declarations

Doc StatementPrinter::file(const File& file) {
  std::vector<BlockElement> elements;
  for (const Declaration& each : file.declarations) {
    bool stands_apart = std::holds_alternative<Body>(each.node);
    elements.push_back({each.span, [this, &each] { return declaration(each); }, stands_apart});
  }
  return blocks_.lines(elements, UINT32_MAX);
}

Row StatementPrinter::declaration(const Declaration& declaration) {
  Span span = declaration.span;
  return std::visit(Overloaded{
                        [&](const Import& import) {
                          Doc gap = expressions_.continued(span.end, text(" "));
                          return row_of(RowKind::other,
                                        concat({text("import"), gap, text('"' + import.path + '"')}));
                        },
                        [&](const Function& node) { return function(node, span); },
                        [&](const Body& node) { return row_of(RowKind::other, body(node, span)); },
                    },
                    declaration.node);
}

Row StatementPrinter::function(const Function& function, Span span) {
  Doc name = expressions_.name(function.name);
  Doc settings = expressions_.settings(function.settings);
  Doc parameters = expressions_.names(function.parameters);
  Doc head = concat({text("fn "), name, settings, text("("), parameters, text(")")});
  Row row = row_of(RowKind::function, std::move(head));
  put_value(row, "=", *function.value, span);
  return row;
}

Doc StatementPrinter::body(const Body& body, Span span) {
  Doc name = expressions_.name(body.name);
  Doc settings = expressions_.settings(body.settings);
  const char* keyword = body.kind == BodyKind::cell ? "cell " : "model ";
  std::vector<BlockElement> elements;
  for (const Statement& each : body.statements) {
    elements.push_back({each.span, [this, &each] { return statement(each); }});
  }
  return blocks_.braces(concat({text(keyword), name, settings}), elements, span);
}

// ---------------------------------------------------------------- statements

Row StatementPrinter::statement(const Statement& statement) {
  Span span = statement.span;
  return std::visit(Overloaded{
                        [&](const Input& node) { return input(node, span); },
                        [&](const Target& node) { return target(node, span); },
                        [&](const State& node) { return state(node, span); },
                        [&](const Param& node) { return param(node, span); },
                        [&](const Equation& node) { return equation(node, span); },
                        [&](const Output& node) { return output(node, span); },
                        [&](const Loss& node) { return loss(node); },
                        [&](const Train& node) { return train(node, span); },
                        [&](const Stored& node) { return stored(node, span); },
                    },
                    statement.node);
}

Row StatementPrinter::input(const Input& input, Span span) {
  Row row = row_of(RowKind::input, expressions_.names(input.names));
  row.lead = "input";
  if (input.type) put_type(row, *input.type, span);
  return row;
}

Row StatementPrinter::target(const Target& target, Span span) {
  Row row = row_of(RowKind::target, expressions_.names(target.names));
  row.lead = "target";
  put_type(row, target.type, span);
  return row;
}

Row StatementPrinter::state(const State& state, Span span) {
  Row row = row_of(RowKind::state, concat({text("state "), expressions_.names(state.names)}));
  put_shape(row, state.shape, span);
  if (state.first) put_value(row, "=", *state.first, span);
  return row;
}

Row StatementPrinter::param(const Param& param, Span span) {
  Row row = row_of(RowKind::param, concat({text("param "), paths(param.paths, ",")}));
  if (param.shape) put_shape(row, *param.shape, span);
  if (param.initialiser) put_value(row, "~", *param.initialiser, span);
  return row;
}

Row StatementPrinter::equation(const Equation& equation, Span span) {
  RowKind kind = equation.shape ? RowKind::shaped_equation : RowKind::plain_equation;
  Doc keyword = equation.gate ? text("gate ") : Doc();
  Row row = row_of(kind, concat({keyword, expressions_.names(equation.names)}));
  if (equation.shape) put_shape(row, *equation.shape, span);
  put_value(row, "=", *equation.value, span);
  return row;
}

Row StatementPrinter::output(const Output& output, Span span) {
  Row row = row_of(RowKind::output, concat({text("output "), expressions_.names(output.names)}));
  if (output.shape) put_shape(row, *output.shape, span);
  if (output.value) put_value(row, "=", *output.value, span);
  return row;
}

Row StatementPrinter::loss(const Loss& loss) {
  Row row = row_of(RowKind::other, text("loss"));
  put_value(row, "", *loss.value, {});
  return row;
}

Row StatementPrinter::train(const Train& train, Span span) {
  std::vector<BlockElement> elements;
  for (const Train::Setting& each : train.settings) {
    elements.push_back(
        {support::join(each.key.span, each.value->span), [this, &each] { return setting(each); }});
  }
  return row_of(RowKind::other, pairs("train", elements, span));
}

// All settings of a block are aligned: they are a table.
Row StatementPrinter::setting(const Train::Setting& setting) {
  Row row = row_of(RowKind::setting, expressions_.name(setting.key));
  put_value(row, "=", *setting.value, {});
  row.written_sign = {0, true};
  return row;
}

Row StatementPrinter::stored(const Stored& stored, Span span) {
  std::vector<BlockElement> elements;
  for (const Stored::Tensor& each : stored.tensors) {
    Span whole = support::join(each.names.front().span, each.value->span);
    elements.push_back({whole, [this, &each] { return tensor(each); }});
  }
  return row_of(RowKind::other, pairs("stored", elements, span));
}

Row StatementPrinter::tensor(const Stored::Tensor& tensor) {
  Row row = row_of(RowKind::stored, paths(tensor.names, " +"));
  put_value(row, "=", *tensor.value, support::join(tensor.names.front().span, tensor.value->span));
  return row;
}

// On one line if it was written so and fits, with two blanks between the pairs; otherwise a pair a line.
Doc StatementPrinter::pairs(const std::string& head, const std::vector<BlockElement>& elements, Span span) {
  bool may_be_one_line = !comments_.peek_before(span.end) && !written_.breaks_line(span.begin, span.end);
  if (may_be_one_line && !elements.empty()) {
    std::string line = head + " {";
    for (const BlockElement& element : elements) {
      line += (&element == &elements.front() ? " " : "  ") + flat(to_doc(element.row()));
    }
    line += " }";
    if (kBodyIndentation + support::display_width(line) <= kLineWidth) return text(std::move(line));
  }
  return blocks_.braces(text(head), elements, span);
}

// ---------------------------------------------------------------- parts

Doc StatementPrinter::paths(const std::vector<Path>& paths, const std::string& separator) {
  std::vector<Doc> parts;
  for (const Path& each : paths) {
    if (parts.empty()) {
      parts.push_back(expressions_.path(each));
      continue;
    }
    Doc gap = expressions_.continued(each.span.begin, line());
    parts.push_back(concat({text(separator), group(concat({gap, text(each.text())}))}));
  }
  return concat(std::move(parts));
}

void StatementPrinter::put_type(Row& row, const Type& type, Span span) {
  add_colon(row);
  row.shape = expressions_.type(type);
  row.written_shape = written_column(span, type.span.begin);
  // `input x: [X]  target y: [Y]` on one line had no chance to be aligned.
  if (span.valid() && !written_.is_first_on_line(span.begin)) row.written_shape.was_padded = true;
}

void StatementPrinter::put_shape(Row& row, const Shape& shape, Span span) {
  add_colon(row);
  row.shape = expressions_.shape(shape);
  row.written_shape = written_column(span, shape.span.begin);
}

void StatementPrinter::put_value(Row& row, std::string sign, const Expr& value, Span span) {
  row.gap = expressions_.continued(value.span.begin, text(" "));
  row.value = expressions_.value(value);
  row.sign = std::move(sign);
  std::string_view before = written_.between(span.begin, value.span.begin);
  size_t last = before.find_last_not_of(" \t\r\n");
  bool is_sign = last != std::string_view::npos && before.substr(last, row.sign.size()) == row.sign;
  if (is_sign) row.written_sign = written_column(span, span.begin + static_cast<uint32_t>(last));
}

// Where a part of a row stood that begins with this byte.
WrittenColumn StatementPrinter::written_column(Span row, uint32_t byte) const {
  bool knows = row.valid() && written_.is_first_on_line(row.begin) && !written_.breaks_line(row.begin, byte);
  if (!knows) return {};
  std::string_view before = written_.line_before(byte);
  return {support::display_width(before), before.ends_with("  ")};
}

}  // namespace rnnc::ast
