#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "compiler/ir/infer.h"
#include "compiler/ir/reader.h"
#include "compiler/ir/text.h"
#include "compiler/support/source.h"

namespace rnnc::ir {

namespace {

// Scans within scans; far more than any model has, far less than the stack holds.
constexpr int kMaxNesting = 64;

bool is_unsigned(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

// ---------------------------------------------------------------- tokens

void Reader::expected(std::string_view what) const {
  fail(fmt::format("expected {}, found {}", what,
                   token_.kind == TokenKind::end ? "the end" : fmt::format("`{}`", token_.text)));
}

bool Reader::at(std::string_view punctuation) const {
  return token_.kind == TokenKind::punctuation && token_.text == punctuation;
}

bool Reader::accept(std::string_view punctuation) {
  if (!at(punctuation)) return false;
  advance();
  return true;
}

void Reader::expect(std::string_view punctuation) {
  if (!accept(punctuation)) expected(fmt::format("`{}`", punctuation));
}

bool Reader::at_word(std::string_view word) const {
  return token_.kind == TokenKind::word && token_.text == word;
}

bool Reader::accept_word(std::string_view word) {
  if (!at_word(word)) return false;
  advance();
  return true;
}

void Reader::expect_word(std::string_view word) {
  if (!accept_word(word)) expected(fmt::format("`{}`", word));
}

std::string Reader::name() {
  if (token_.kind != TokenKind::word && token_.kind != TokenKind::string) expected("a name");
  std::string text = std::move(token_.text);
  advance();
  return text;
}

double Reader::number() {
  double value = 0;
  const char* end = token_.text.data() + token_.text.size();
  bool numeric = token_.kind == TokenKind::number || at_word("inf") || at_word("nan");
  auto [stop, error] = std::from_chars(token_.text.data(), end, value);
  if (!numeric || error != std::errc{} || stop != end) expected("a number");
  advance();
  return value;
}

int64_t Reader::integer(int64_t low, int64_t high) {
  int64_t value = 0;
  const char* end = token_.text.data() + token_.text.size();
  auto [stop, error] = std::from_chars(token_.text.data(), end, value);
  bool whole = token_.kind == TokenKind::number && error == std::errc{} && stop == end;
  if (!whole || value < low || value > high) expected(fmt::format("a whole number in [{}, {}]", low, high));
  advance();
  return value;
}

// ---------------------------------------------------------------- module

Module Reader::module() {
  Module module;
  dims_ = &module.dims;
  expect_word("module");
  module.name = name();
  expect("{");
  while (!accept("}")) {
    if (accept_word("dim")) {
      dim(module);
    } else if (accept_word("batch")) {
      symbol(module, DimKind::batch);
    } else if (accept_word("time")) {
      symbol(module, DimKind::time);
    } else if (accept_word("state")) {
      state_entry(module);
    } else if (accept_word("func")) {
      function(module);
    } else {
      expected("dim, batch, time, state, func or `}`");
    }
  }
  if (!has_forward_) fail("the module has no function for `forward`");
  if (token_.kind != TokenKind::end) expected("nothing after the module");
  return module;
}

std::string Reader::new_dim_name() {
  if (token_.kind == TokenKind::word || token_.kind == TokenKind::string) {
    if (dims_->find(token_.text).valid()) fail(fmt::format("a second dimension `{}`", token_.text));
  }
  return name();
}

void Reader::dim(Module& module) {
  std::string text = new_dim_name();
  expect("=");
  module.dims.add(DimKind::constant, std::move(text), integer(1, INT64_MAX));
}

void Reader::symbol(Module& module, DimKind kind) {
  if (kind == DimKind::batch && module.batch.valid()) fail("a second batch");
  DimId id = module.dims.add(kind, new_dim_name());
  if (kind == DimKind::batch) module.batch = id;
}

void Reader::state_entry(Module& module) {
  StateEntry entry;
  entry.path = name();
  expect(":");
  entry.type = type();
  expect_word("first");
  entry.first = number();
  if (accept_word("param")) entry.first_parameter = name();
  entry.given = accept_word("given");
  module.state.push_back(std::move(entry));
}

void Reader::function(Module& module) {
  expect("@");
  Scope scope{Function(name())};
  std::string role = accept_word("as") ? name() : scope.function.name();
  bool forward = role == "forward";
  std::optional<Function>* place = role == "gradient" ? &module.gradient
                                   : role == "begin"  ? &module.begin
                                   : role == "step"   ? &module.step
                                                      : nullptr;
  if (!forward && !place) fail(fmt::format("a module has no function for `{}`", role));
  if (forward ? has_forward_ : place->has_value()) fail(fmt::format("a second function for `{}`", role));
  expect("{");
  instructions(scope);
  if (accept_word("return")) results(scope);
  expect("}");
  if (forward) {
    module.forward = std::move(scope.function);
    has_forward_ = true;
  } else {
    *place = std::move(scope.function);
  }
}

// ---------------------------------------------------------------- dims and types

DimId Reader::dim_name() {
  if (token_.kind != TokenKind::word && token_.kind != TokenKind::string) expected("a dimension");
  DimId id = dims_->find(token_.text);
  if (!id.valid()) fail(fmt::format("no dimension `{}`", token_.text));
  advance();
  return id;
}

std::vector<DimId> Reader::dim_list(std::string_view open, std::string_view close) {
  std::vector<DimId> dims;
  expect(open);
  if (accept(close)) return dims;
  do dims.push_back(dim_name());
  while (accept(","));
  expect(close);
  return dims;
}

Type Reader::type() {
  for (Element element : {Element::real, Element::i32, Element::boolean}) {
    if (accept_word(to_text(element))) return {element, dim_list("[", "]")};
  }
  expected("a type");
}

// ---------------------------------------------------------------- functions

void Reader::instructions(Scope& scope) {
  while (token_.kind == TokenKind::value) instruction(scope);
}

void Reader::instruction(Scope& scope) {
  std::vector<Token> left;
  do {
    if (token_.kind != TokenKind::value) expected("a value");
    left.push_back(token_);
    advance();
  } while (accept(","));
  expect("=");
  size_t place = token_.begin;
  Operation operation = this->operation(scope);
  expect(":");
  std::vector<Type> declared;
  do declared.push_back(type());
  while (accept(","));
  if (auto* scan = std::get_if<ScanAttr>(&operation.attributes))
    complete(*scan, std::move(operation.body_name));

  std::vector<Type> operand_types;
  for (ValueId operand : operation.operands) operand_types.push_back(scope.function.type(operand));
  auto inferred = infer(*dims_, operation.op, operand_types, operation.attributes, declared[0]);
  if (!inferred) throw ReadError{inferred.error().message, place};
  if (*inferred != declared) throw ReadError{"the types are not those of the operation", place};
  if (left.size() != declared.size()) throw ReadError{"not as many values as types", place};
  InstrId id = scope.function.append(operation.op, std::move(operation.operands),
                                     std::move(operation.attributes), std::move(declared));
  for (size_t i = 0; i < left.size(); ++i) define(scope, left[i], scope.function[id].results[i]);
}

void Reader::define(Scope& scope, const Token& token, ValueId value) {
  if (!scope.values.emplace(token.text, value).second) {
    throw ReadError{fmt::format("a second value %{}", token.text), token.begin};
  }
  if (!is_unsigned(token.text)) scope.function.set_name(value, token.text);
}

// logits = %logits, loss = %7
void Reader::results(Scope& scope) {
  do {
    std::string result = name();
    expect("=");
    scope.function.add_result(std::move(result), operand(scope));
  } while (accept(","));
}

// The body of a scan, in braces: parameters, instructions, what it yields.
void Reader::complete(ScanAttr& scan, std::string name) {
  if (++depth_ > kMaxNesting) fail("scans are nested too deeply");
  Scope scope{Function(std::move(name))};
  expect("{");
  expect("(");
  while (!accept(")")) {
    if (!scope.function.parameters().empty()) expect(",");
    Token token = token_;
    if (token.kind != TokenKind::value) expected("a parameter");
    advance();
    expect(":");
    define(scope, token, scope.function.add_parameter(type(), {}));
  }
  instructions(scope);
  for (std::string_view list : {"yield", "next"}) {
    expect_word(list);
    expect("(");
    if (!at(")")) results(scope);
    expect(")");
    if (list == "yield") scan.outs = static_cast<uint32_t>(scope.function.results().size());
  }
  expect("}");
  --depth_;
  scan.body = std::make_shared<const Function>(std::move(scope.function));
}

support::Result<Module> read(std::string_view text) {
  try {
    return Reader(text).module();
  } catch (const ReadError& error) {
    support::SourceFile file("", std::string(text));
    support::Position position = file.position(static_cast<uint32_t>(std::min(error.place, text.size())));
    return support::Failure{fmt::format("{}:{}: {}", position.line, position.column, error.message)};
  }
}

}  // namespace rnnc::ir
