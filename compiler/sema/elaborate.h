// Inside sema: how a body (a cell or a model) is elaborated. Not for other rooms.
//
// Every evaluation returns a Val. A mistake is reported once and becomes a bad Val, which everything that
// reads it passes on in silence; so one slip gives one message, and all slips of a file come in one run.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/check.h"
#include "compiler/sema/model.h"
#include "compiler/support/check.h"
#include "compiler/support/nearest.h"

namespace rnnc::sema {

using diagnostics::Code;
using diagnostics::Diagnostic;
using support::nearest;

struct Checked;
class Scope;

// ---------------------------------------------------------------- values

// How a value sees a target: at this step or later (`present`), or only steps that lie behind (`past`).
enum class Sees : uint8_t { past, present };
using Dependencies = std::map<std::string, Sees>;

// The use of a cell that made a value: what `y.c` looks into and `final(y)` takes. `chain` leads through
// bodies: the first call is a node of the present body, each further one a node of the body of the one
// before. A stack and the like have parts.
struct Applied {
  struct Step {
    NodeId call;
    std::shared_ptr<Checked> cell;
  };
  std::string name;
  std::vector<Step> chain;
  std::vector<std::pair<std::string, std::shared_ptr<Applied>>> parts;
  bool reversed_half = false;  // it holds a half that runs backwards
};

struct Val {
  NodeId node;  // invalid: bad
  Dependencies sees = {};
  std::shared_ptr<Applied> applied = {};
  bool delayable = false;                 // a cell's input or state: it has a past
  std::optional<uint32_t> state = {};     // it is this state's present value
  bool bundle = false;                    // the last states of `applied`, what final() gives; no value
  std::vector<std::string> several = {};  // outputs of a cell of which none is taken yet; no value
  Span origin = {};                       // where its shape was written

  bool bad() const { return !node.valid() && !bundle && several.empty(); }
};

// ---------------------------------------------------------------- what is known before the data

struct Builtin;  // a row of builtins.h
struct Callable;

struct Word {
  std::string text;  // true false sequence step
};
struct TimeWord {};
// A size, a real number, a word, `t`, a function or layer; nothing: a mistake that has been reported.
using Static = std::variant<std::monostate, Size, double, Word, TimeWord, std::shared_ptr<Callable>>;
using Settings = std::map<std::string, Static>;

// A function, a cell, something built in, with its settings; `path`: a layer with a name of its own (its
// parameters' path).
struct Callable {
  const Builtin* builtin = nullptr;
  const ast::Function* function = nullptr;
  const ast::Body* cell = nullptr;
  std::string name;
  bool settings_given = false;
  Settings settings;               // of functions and cells, by name
  std::vector<Static> positional;  // of builtins
  std::map<std::string, Static> named;
  bool scalar_shape = false;  // `linear[]`
  std::optional<std::string> path;
  bool is_layer() const;  // it may own parameters or states
};

// ---------------------------------------------------------------- places

// The line that an expression stands on: it owns the parameters of `linear` and gives its shape to it.
struct Line {
  std::string name;               // of the equation; or the path of a part of a stack
  uint32_t index = 0, count = 1;  // which name of a line of several
  std::optional<Shape> shape;
  bool loss = false;
  std::map<std::string, int> taken = {};  // names owned so far
};

// An argument of a `fn`, evaluated where it was written, when it is first used.
struct Thunk {
  Scope* scope = nullptr;
  const ast::Expr* expr = nullptr;
  Line* line = nullptr;
  std::optional<Val> value = {};
};

// An argument of a call: an expression still to be evaluated, or a value.
struct Argument {
  const ast::Expr* expr = nullptr;
  std::optional<Val> value = {};
  Span span;
  Span name_span = {};  // of one that is named in the source
};
struct Arguments {
  std::vector<Argument> positional;
  std::vector<std::pair<std::string, Argument>> named;
};

struct Equation {
  const ast::Expr* expr;
  const ast::Shape* shape;  // may be null
  uint32_t index, count;
  bool gate;
  Span name_span, span;
  std::optional<std::shared_ptr<Callable>> layer;  // asked before: the layer that the line names, or null
};

// What the arguments of a call see, by input of the callee, and what its first values see. Inside the callee
// its inputs stand for themselves, like targets.
struct CallSees {
  std::map<std::string, Dependencies> inputs;
  Dependencies first;
};

// A body that has been elaborated, or is being.
struct Checked {
  std::shared_ptr<Body> body = std::make_shared<Body>();
  std::map<std::string, Val> values;  // inputs, parameters, equations
  bool stateful = false;              // states, delays, or a cell inside that has them
  bool failed = false;
  std::set<std::string> counts;  // sizes whose number decides its form (how many layers a stack has)
};

// ---------------------------------------------------------------- the program

class Elaborator {
 public:
  Elaborator(const Program& program, diagnostics::Sink& sink) : program_(program), sink_(sink) {}

  const Program& program() const { return program_; }

  // The cell under the functions and constants among `settings` (its sizes keep their own names). `counts`:
  // numbers of sizes that decide its form. Null after a mistake, or within itself (`user`: the call, to
  // report recursion).
  std::shared_ptr<Checked> cell(const ast::Body& cell, const Settings& settings,
                                const std::map<std::string, int64_t>& counts, Span user);
  // A model, or a cell that stands alone (bare inputs are [X]).
  std::shared_ptr<Checked> alone(const ast::Body& body, const std::map<std::string, int64_t>& counts);

  // A cell as others use it, with whatever stands in for its inputs.
  void generic(const ast::Body& body);

  void error(Code code, Span span, std::string message, std::string label = {}, std::string help = {},
             std::vector<diagnostics::Label> related = {});
  void report(Diagnostic diagnostic) { sink_.report(std::move(diagnostic)); }
  size_t errors() const { return sink_.error_count(); }

 private:
  std::optional<Settings> by_default(const ast::Body& body, bool& failed);

  const Program& program_;
  diagnostics::Sink& sink_;
  std::map<std::string, std::shared_ptr<Checked>> cells_;  // by name, place, and settings that are no sizes
  std::set<std::string> active_;
};

// The names that one expression sees: those of a body, or inside a `fn` its arguments and settings.
class Scope {
 public:
  // A body.
  Scope(Elaborator& world, const ast::Body& body, Checked& out, Settings settings,
        std::map<std::string, int64_t> counts, bool alone);
  // A function called from `caller`.
  Scope(Scope& caller, Settings settings);

  // ---- body.cpp: a whole body
  void run();

  // ---- expression.cpp
  Val evaluate(const ast::Expr& expr, Line& line, const std::optional<Shape>& expected);
  Val evaluate(const Argument& argument, Line& line, const std::optional<Shape>& expected = std::nullopt);
  Val equation(const std::string& name, Span use);

  // ---- names.cpp
  Static known(const ast::Expr& expr);  // before the data
  std::optional<Size> size(const ast::Expr& expr);
  std::optional<Shape> shape(const ast::Shape& shape);
  std::shared_ptr<Callable> callable(
      const ast::Expr& expr);  // null: it is a value (or wrong, when evaluated)
  bool with_settings(Callable& callable, const std::vector<ast::Argument>& given, Scope& at, Span span);
  bool complete(Callable& callable, Span span);  // settings by default where none were given

  // ---- calls.cpp
  // Whether a callee is a name that nothing defines; then says so.
  bool is_undefined(const ast::Expr& callee);
  Val call(const ast::Expr& expr, Line& line, const std::optional<Shape>& expected);
  Val apply(const Callable& callable, Arguments arguments, Line& line, const std::optional<Shape>& expected,
            Span span);
  Val call_cell(const Callable& callable, Arguments& arguments, Line& line, Span span);
  Val call_function(const Callable& callable, Arguments& arguments, Line& line,
                    const std::optional<Shape>& expected, Span span);
  Val member(const Val& value, const std::string& name, const std::string& object, Span span);

  // ---- builtins.cpp, linear.cpp, wrappers.cpp
  Val builtin(const Callable& callable, Arguments& arguments, Line& line,
              const std::optional<Shape>& expected, Span span);
  Val linear(const Callable& callable, Arguments& arguments, Line& line, const std::optional<Shape>& expected,
             Span span);
  Val stack(const Callable& callable, Arguments& arguments, Line& line, Span span);
  Val bidirectional(const Callable& callable, Arguments& arguments, Line& line, Span span);

  // ---- nodes.cpp: making nodes
  const Type& type(const Val& value) const { return node(value).type; }
  const Node& node(const Val& value) const { return out().body->nodes[value.node.index]; }
  Val make(NodeData data, Type type, Span span, Dependencies sees = {});
  Val number(double value, Span span);
  // Clock and dependencies of values that meet in one node. Nothing after a mistake.
  bool meet(const std::vector<Val>& values, std::optional<Clock>& clock, Dependencies& sees, Span span);
  Val broadcast(const Val& value, const Shape& shape, std::vector<uint32_t> axes, Span span);
  // `values` under one shape by the rule of names; reports where it cannot be. `names`: how to quote each.
  bool align(std::vector<Val>& values, const std::vector<const ast::Expr*>& exprs, Span span, Shape& shape);
  struct Side {
    const Val& value;
    const ast::Expr* expr;  // may be null
  };
  // Of a parameter of a `fn`, what its caller wrote for it.
  const ast::Expr* as_called(const ast::Expr* expr) const;
  // Says that `wrong` does not fit `right`, in the words of whoever called this `fn`; `repeated`: because of
  // a dimension that stands twice.
  void misfit(const Side& wrong, const Side& right, const std::string& repeated, Span span);
  Val element(ElementFn fn, std::vector<Val> values, const std::vector<const ast::Expr*>& exprs, Span span);
  Val delay(const ast::Expr& expr, Line& line);
  Val past(const Val& value, const Size& steps, Span span);
  Val contract(const Val& left, const Val& right, Span span, const ast::Expr* left_expr,
               const ast::Expr* right_expr);
  Val join(const std::vector<Val>& parts, const std::vector<Span>& places, Span span);
  bool is_vector(const Val& value, Span span);  // no token, no bundle, one output: or says so
  void unify(Clock a, Clock b);
  void note_whole_use(const Line& line, Span span);  // of a model: it sees the whole sequence, outside a loss
  Clock root(Clock clock) const;

  // ---- parameters of the body
  std::string own(Line& line, const std::string& base, Span span);  // "line.base", or "line.base_2" if taken
  Val parameter(const std::string& path, Shape shape, uint32_t fan_in, bool layer, bool headwise,
                bool recurrent, Span span);
  ParameterDecl* find_parameter(const std::string& path);

  Elaborator& world() { return world_; }
  Checked& out() { return *out_; }
  const Checked& out() const { return *out_; }
  bool in_cell() const { return root_->ast_->kind == ast::BodyKind::cell; }
  const std::string& body_name() const { return root_->ast_->name.text; }
  void error(Code code, Span span, std::string message, std::string label = {}, std::string help = {},
             std::vector<diagnostics::Label> related = {}) {
    world_.error(code, span, std::move(message), std::move(label), std::move(help), std::move(related));
  }
  // How to quote what an expression is: "`f`", or "this".
  static std::string quote(const ast::Expr* expr);
  Val bad() {
    out_->failed = true;
    return {};
  }

 private:
  // ---- declare.cpp
  void declare();
  bool claim(const ast::Name& name);
  void symbol(const std::string& name, std::optional<Size> fallback, Span span);
  void bind_shape_names(const ast::Type& type);
  void declare_input(const ast::Name& name, const ast::Type* type, bool target);
  void declare_state(const ast::State& state);
  void declare_param(const ast::Param& param, Span span);
  void declare_equation(const std::vector<ast::Name>& names, const ast::Shape* shape, const ast::Expr& value,
                        bool gate, Span span);
  void first_value(const ast::State& state, StateDecl& declared);
  std::optional<Initialiser> initialiser(const ast::Expr& expr);

  // ---- body.cpp
  void finish_states();
  void check_step_value(const char* what, const std::string& name, const Val& value, Span span);
  void finish_outputs();
  void finish_clocks();
  void unused();
  bool has_parameter(const std::string& path) const;
  std::optional<Shape> stored_shape(const std::string& path) const;
  void overrides();
  void stored(const ast::Stored& block);

  // ---- model.cpp
  void losses();
  void predictions(const ast::Expr& expr);
  void finish_model();
  void check_causality(const std::vector<std::string>& names);
  void train(const ast::Train& block);
  void check_truncation();

  // ---- names.cpp
  std::shared_ptr<Callable> named_callable(const std::string& name, Span span);
  std::shared_ptr<Callable> named_layer(const std::string& name);
  Static known_binary(const ast::Binary& binary, Span span);
  Val lookup(const std::string& name, Span span);
  Val undefined(const std::string& name, Span span);
  Val layer_parameter(const std::string& layer, const Callable& callable, const ast::Name& member, Span span);

  // ---- expression.cpp
  Val binary(const ast::Expr& expr, const ast::Binary& binary, Line& line,
             const std::optional<Shape>& expected);
  Val pipe(const ast::Pipe& pipe, Line& line, const std::optional<Shape>& expected);
  Val member_expr(const ast::Expr& expr, const ast::Member& member, Line& line);
  Val fit_equation(const std::string& name, Equation& equation, const std::optional<Shape>& want, Val value);

  // ---- calls.cpp
  struct CellUse;
  bool bind_inputs(CellUse& use);
  bool bind_input(CellUse& use, uint32_t index, const Val& value, Span span);
  bool bind_states(CellUse& use);
  Val results(CellUse& use);
  Val lift(const Val& inner, const Applied::Step& step, Span span);

  Elaborator& world_;
  Scope* root_;    // of a fn: the scope of the body that it is used in; else this
  Scope* caller_;  // of a fn
  Checked* out_;
  Settings settings_;

  // of a fn
  std::map<std::string, std::shared_ptr<Thunk>> arguments_;
  Arguments* pending_ = nullptr;  // first values on their way to the one cell with states inside
  std::vector<std::shared_ptr<Applied>> stateful_calls_;

  // of a body
  const ast::Body* ast_ = nullptr;
  std::map<std::string, int64_t> counts_;
  bool alone_ = false;
  std::map<std::string, Equation> equations_;
  std::vector<std::string> order_;          // equations as they are written
  std::map<std::string, uint32_t> states_;  // index into Body::states
  std::map<std::string, Span> claimed_;
  std::vector<std::string> active_;
  std::set<std::string> used_;
  std::vector<Clock> clock_parent_;
  std::map<uint32_t, CallSees> call_sees_;  // by the node of the call
  struct Prediction {
    const ast::Expr* expr;
    Feedback::Draw draw;
  };
  std::map<std::string, std::vector<Prediction>> predictions_;  // by target
  std::vector<Span> whole_uses_;  // last, mean[t], reverse, bidirectional outside losses: not with truncation
};

}  // namespace rnnc::sema
