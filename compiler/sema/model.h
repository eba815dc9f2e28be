// What sema makes of a program: every value has a shape, every name is resolved, every axis that meets
// another is given by its position. Plain data. Sizes are still names (size.h); irgen puts numbers in their
// place.
//
// A cell is elaborated once for each list of its functions and constants that is in use, under its own
// dimension names; a Call says what these names are for the caller.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/sema/size.h"
#include "compiler/support/id.h"
#include "compiler/support/source.h"

namespace rnnc::sema {

using support::Span;
struct Body;

struct NodeTag;
using NodeId = support::Id<NodeTag>;

// An independent length of sequences in a body (index into Body::clocks).
using Clock = uint32_t;

struct Type {
  Shape shape;                // [] for a scalar and for a token
  std::optional<Size> token;  // a whole number in [0, token), or -1: none
  // Of a model: the value is a sequence. Of a cell: a sequence seen whole (or, of a cell's inner calls, made
  // from one); all other values of a cell are those of the present step.
  std::optional<Clock> clock;
};

// ---------------------------------------------------------------- nodes

enum class ElementFn {
  negate,
  exp,
  log,
  sqrt,
  abs,
  sigmoid,
  tanh,
  softplus,
  sin,
  cos,
  detach,  // 1
  add,
  subtract,
  multiply,
  divide,
  power,
  max,
  min,  // 2
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,  // 2, yield 1 or 0 as a number
  where,
  clamp,  // 3: (p, a, b): a where p != 0; (x, lo, hi)
};
enum class ReduceFn { sum, mean, max, min };
enum class DropPer { step, sequence, parameter };

namespace node {
struct Number {
  double value;
};
struct SizeNumber {
  Size size;
};  // a dimension as a number: √K
struct Input {
  uint32_t index;
};  // into Body::inputs
struct Parameter {
  std::string path;
};  // relative to the body; also of a named layer: "words.W"
struct StatePast {
  uint32_t state;
  Size steps;
};  // h[t-k], k >= 1
struct Delayed {
  NodeId value;
  Size steps;
};  // x[t-k], k >= 1, of an input of a cell, of any sequence of a model
struct Element {
  ElementFn fn;
  std::vector<NodeId> operands;
};  // operands have this node's shape (Broadcast is explicit);
    // one without a clock is repeated at each step
struct Broadcast {
  NodeId value;
  std::vector<uint32_t> axes;
};  // axis i of the value is axis axes[i] of this node's shape
// The first `batch` axes of both go along, the last `summed` axes of left meet the first `summed` of right
// after these. Shape: batch, the rest of left, the rest of right. summed = 0: the outer product.
struct Contract {
  NodeId left, right;
  uint32_t batch, summed;
};
struct Join {
  std::vector<NodeId> parts;
};  // along the last axis; a scalar counts as one element
struct Part {
  NodeId value;
  uint32_t index, count;
};  // of split: the index-th of count equal parts of the last axis
struct Reshape {
  NodeId value;
};  // row-major, to this node's shape
struct Reduce {
  ReduceFn fn;
  NodeId value;
  std::vector<uint32_t> axes;
  bool over_time;
};
struct Softmax {
  NodeId value;
  bool log;
  bool over_time;
  uint32_t axis;
};  // axis: unless over time
struct OneHot {
  NodeId value;
};  // of a token: [token], all 0 for -1
struct CrossEntropy {
  NodeId logits, target;
  uint32_t axis;
};  // of logits, against a token or a distribution; the axis leaves
struct Window {
  NodeId value;
  Size count;
};  // [count, ...]: the last values, oldest first; of an input, a state or a sequence
struct Dropout {
  NodeId value;
  double rate;
  DropPer per;
};
struct Zoneout {
  NodeId fresh, old;
  double rate;
};  // in training old with probability rate, else fresh; otherwise their mean
struct Reverse {
  NodeId value;
};
struct Last {
  NodeId value;
};
struct Repeat {
  NodeId value, like;
};  // a single value at every step of `like`'s clock
// A use of a cell. Its results are CallValue nodes.
struct Call {
  std::shared_ptr<const Body> body;
  std::string path;                    // of its parameters, relative; equal paths share them
  std::map<std::string, Shape> sizes;  // what the callee's names (and packs) are here
  std::vector<NodeId> inputs;          // one for each input of the callee
  std::vector<std::pair<uint32_t, NodeId>>
      first;                   // first values given for states of the callee, by their index
  std::optional<NodeId> init;  // all first values (delays and inner cells' too): the last ones of that Call
  bool stateful = false;       // it, or a cell inside, remembers
};
struct CallValue {
  NodeId call;
  NodeId inner;
};  // the value `inner` of the callee's body, in the caller's names
}  // namespace node

using NodeData =
    std::variant<node::Number, node::SizeNumber, node::Input, node::Parameter, node::StatePast, node::Delayed,
                 node::Element, node::Broadcast, node::Contract, node::Join, node::Part, node::Reshape,
                 node::Reduce, node::Softmax, node::OneHot, node::CrossEntropy, node::Window, node::Dropout,
                 node::Zoneout, node::Reverse, node::Last, node::Repeat, node::Call, node::CallValue>;

struct Node {
  Type type;
  NodeData data;
  Span span;
};

// ---------------------------------------------------------------- bodies

struct InputDecl {
  std::string name;
  Type type;
  bool target = false;
  bool whole = false;  // of a cell: a sequence seen whole
  Span span;
};

struct Initialiser {
  enum class Kind { zeros, ones, constant, uniform, normal, glorot_uniform, orthogonal, linspace };
  Kind kind = Kind::zeros;
  std::vector<double>
      arguments;  // uniform(lo, hi), normal(mean, deviation), constant(v), linspace(first, last)
};

struct ParameterDecl {
  std::string path;  // relative: "i.W.x", "W_f", "f.b"
  Shape shape;
  // The last `fan_in` axes are the argument's, those before them the result's. 0: no matrix.
  uint32_t fan_in = 0;
  bool recurrent = false;  // meets a delayed state
  bool headwise = false;   // the first axis is the heads of both sides
  bool layer =
      false;  // made by linear or headwise: in files a matrix (rows x product of the argument's sizes)
  Initialiser initialiser;
  Span span;
};

struct StateDecl {
  std::string name;
  Shape shape;
  double first = 0;
  std::optional<std::string> first_parameter;  // relative path
  NodeId update;
  Span span;
};

struct NamedNode {
  std::string name;
  NodeId node;
  bool gate = false;
  Span span;
};

// param rnn.0.f.b ~ zeros
struct InitialiserOverride {
  std::string path;
  Initialiser initialiser;
  Span span;
};

// weight_ih = [i.W.x, f.W.x]: in files the tensors `names` (of a sum: reading adds, writing fills the first)
// hold these parameters, rows joined.
struct StoredDecl {
  std::vector<std::string> names;
  std::vector<std::string> parameters;
  Span span;
};

struct Loss {
  NodeId value;  // what it still has (elements, steps, sequences) is averaged
  Span span;
};

// What predicts a target: the first argument of the loss function whose second argument the target is.
struct Feedback {
  enum class Draw { token, bit, value };  // of cross_entropy, of binary_cross_entropy, of any other
  uint32_t target;                        // into inputs
  std::string prediction;                 // a name in `named`
  NodeId node;
  Draw draw;
  bool delayed_use = false;  // a prediction reads the target's past: generation feeds it back
};

struct TrainSetting {
  struct Call {  // cosine(2e-3, warmup = 500)
    std::string name;
    std::vector<double> positional;
    std::vector<std::pair<std::string, double>> named;
  };
  std::string key;
  std::variant<double, std::string, Call> value;  // a number, a word, a schedule
  Span span;
};

// A name whose size comes from a setting or an input's shape.
struct SizeSymbol {
  std::string name;
  std::optional<Size> fallback;  // the default of a setting
  Span span;
};

struct Body {
  ast::BodyKind kind;
  std::string name;
  Span span;
  std::vector<SizeSymbol> symbols;        // in order of appearance
  std::vector<std::string> clocks;        // each named after the first input or target that has it
  std::vector<InputDecl> inputs;          // inputs and targets, in order
  std::vector<StateDecl> states;          // its own; those of inner cells are in their Calls
  std::vector<ParameterDecl> parameters;  // its own
  std::vector<Node> nodes;                // operands before users, but for StateDecl::update
  std::vector<NamedNode> named;           // every equation, in order of the text
  std::vector<NamedNode> outputs;         // of a model without `output` lines: its predictions
  std::vector<InitialiserOverride> overrides;
  std::vector<StoredDecl> stored;
  std::vector<Loss> losses;
  std::vector<Feedback> feedback;
  std::vector<TrainSetting> train;

  const Node& operator[](NodeId id) const { return nodes[id.index]; }
};

// A model (or a cell standing alone, over a sequence) with its sizes known.
struct Model {
  std::shared_ptr<const Body> body;
  std::map<std::string, int64_t> sizes;  // of every symbol of the body
};

}  // namespace rnnc::sema
