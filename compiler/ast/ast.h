// What was written, as it was written: nothing is resolved, nothing is checked beyond the grammar
// (grammar/Rnn.g4). Names are in Unicode normal form C. Every node knows its span.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/support/source.h"

namespace rnnc::ast {

using support::Span;

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Name {
  std::string text;
  Span span;
};

// f.b, y.LSTM.f.b, n.W.2
struct Path {
  std::vector<std::string> parts;
  Span span;
  std::string text() const;  // joined by dots
};

// A positional or named argument of a call, or of a bracket: x, h = z, bias = false.
struct Argument {
  std::optional<Name> name;
  ExprPtr value;
};

// ---------------------------------------------------------------- expressions

enum class BinaryOp {
  add,
  subtract,
  multiply,
  divide,
  power,
  contract,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal
};

struct Number {
  double value;
  std::string spelling;  // as written: "1e-3", "∞"
  bool whole;            // no point, no exponent, not ∞
};
struct NameRef {
  std::string text;
};
struct Time {};  // `t`
struct Negate {
  ExprPtr operand;
};
struct Root {  // √x
  ExprPtr operand;
};
struct Binary {
  BinaryOp op;
  ExprPtr left, right;
  std::string spelling;  // the operator as written: "⊙", "@"
};
struct Member {  // left.name
  ExprPtr object;
  Name member;
};
struct Bracket {  // left[...]: settings of a function or cell, the delay of a value
  ExprPtr object;
  std::vector<Argument> arguments;
};
struct Call {
  ExprPtr callee;
  std::vector<Argument> arguments;
};
struct Pipe {  // left |> right
  ExprPtr value, stage;
};
struct Concat {  // [a, b]
  std::vector<ExprPtr> parts;
};
struct Parens {
  ExprPtr inner;
};

struct Expr {
  Span span;
  std::variant<Number, NameRef, Time, Negate, Root, Binary, Member, Bracket, Call, Pipe, Concat, Parens> node;
};

// ---------------------------------------------------------------- statements

struct Shape {
  std::vector<ExprPtr> sizes;
  Span span;
};
struct Type {  // seq? shape | seq? token[V]
  bool sequence = false;
  std::optional<Shape> shape;  // absent for a token
  ExprPtr token;               // the number of tokens; null for a shape
  Span span;
};

struct Input {
  std::vector<Name> names;
  std::optional<Type> type;
};
struct Target {
  std::vector<Name> names;
  Type type;
};
struct State {
  std::vector<Name> names;
  Shape shape;
  ExprPtr first;  // null: zero
};
struct Param {
  std::vector<Path> paths;
  std::optional<Shape> shape;
  ExprPtr initialiser;  // null: the default
};
struct Equation {
  bool gate = false;
  std::vector<Name> names;
  std::optional<Shape> shape;
  ExprPtr value;
};
struct Output {
  std::vector<Name> names;
  std::optional<Shape> shape;
  ExprPtr value;  // null: the names are defined elsewhere
};
struct Loss {
  ExprPtr value;
};
struct Train {
  struct Setting {
    Name key;
    ExprPtr value;
  };
  std::vector<Setting> settings;
};
struct Stored {
  struct Tensor {
    std::vector<Path> names;  // of a sum: reading adds, writing fills the first
    ExprPtr value;            // a parameter, or a concatenation of parameters
  };
  std::vector<Tensor> tensors;
};

struct Statement {
  Span span;
  std::variant<Input, Target, State, Param, Equation, Output, Loss, Train, Stored> node;
};

// ---------------------------------------------------------------- declarations

struct Setting {
  Name name;
  ExprPtr fallback;  // null: must be given
};
struct Import {
  std::string path;
};
struct Function {
  Name name;
  std::vector<Setting> settings;
  std::vector<Name> parameters;
  ExprPtr value;
};
enum class BodyKind { cell, model };
struct Body {  // a cell or a model
  BodyKind kind;
  Name name;
  std::vector<Setting> settings;
  std::vector<Statement> statements;
};
struct Declaration {
  Span span;
  std::string documentation;  // the block of comment lines right above, without the signs
  std::variant<Import, Function, Body> node;
};

struct Comment {
  Span span;
  std::string text;    // with its sign, without the line break
  bool alone_on_line;  // nothing but blanks before it
};

struct File {
  support::FileId id = support::kNoFile;
  std::vector<Declaration> declarations;
  std::vector<Comment> comments;  // in order; the syntax tree does not hold them
};

}  // namespace rnnc::ast
