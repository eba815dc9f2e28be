// Functions of the IR: a vector of instructions over shared values. Meaning: semantics.md beside this file.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/ir/type.h"
#include "compiler/support/source.h"

namespace rnnc::ir {

enum class Op : uint8_t {
#define RNNC_OP(name, text, operands, family) name,
#include "compiler/ir/ops.def"
#undef RNNC_OP
};

enum class Family : uint8_t {
  leaf,
  unary,
  binary,
  compare,
  select,
  product,
  reduction,
  structure,
  index,
  time,
  scan
};

struct OpInfo {
  Op op;
  std::string_view text;
  int operands;  // -1: the attributes say
  Family family;
};
const OpInfo& info(Op op);
const std::vector<OpInfo>& all_ops();

struct ValueTag;
struct InstrTag;
using ValueId = support::Id<ValueTag>;
using InstrId = support::Id<InstrTag>;

class Function;

enum class Direction : uint8_t { forward, backward };
enum class Reduction : uint8_t { sum, max, min };
enum class Semiring : uint8_t { plus_times, max_plus };
enum class Distribution : uint8_t { uniform, normal, bernoulli };
// What a draw depends on besides its site and the element.
enum class DrawPer : uint8_t { step, sequence, parameter };

// ---------------------------------------------------------------- attributes, one struct for each op that
// has any

// param, input. Names of inputs: "x" (an input or target), "lengths.<time dim>", "state.<path>",
// "sequence.begins", "held.<name>" (module.h), "grad.<output>".
struct NameAttr {
  std::string name;
  friend bool operator==(const NameAttr&, const NameAttr&) = default;
};
// const: one number for all elements, or one for each, in row-major order.
struct ConstAttr {
  std::vector<double> values;
  friend bool operator==(const ConstAttr&,
                         const ConstAttr&);  // bit for bit: -0 differs from 0; any NaN equals any other
};
// iota: 0, 1, 2, ... along its only dim. gather: the dim of the table that is indexed. scatter_add: the dim
// it makes. concat: the dim it makes.
struct DimAttr {
  DimId dim;
  friend bool operator==(const DimAttr&, const DimAttr&) = default;
};
// random: bernoulli yields a boolean that is true with probability p; uniform is in [0, 1).
struct RandomAttr {
  Distribution distribution;
  double p = 0;  // of bernoulli
  uint32_t site = 0;
  DrawPer per = DrawPer::step;
  friend bool operator==(const RandomAttr&, const RandomAttr&) = default;
};
// contract: the dims summed.
struct OverAttr {
  std::vector<DimId> over;
  friend bool operator==(const OverAttr&, const OverAttr&) = default;
};
struct ReduceAttr {
  Reduction reduction;
  std::vector<DimId> over;
  friend bool operator==(const ReduceAttr&, const ReduceAttr&) = default;
};
// slice: dim `from` of the operand becomes `to`, elements start, start + 1, ...; pad: `from` becomes the
// wider `to`, the operand's elements begin at `start`, the rest is 0.
struct RangeAttr {
  DimId from, to;
  int64_t start = 0;
  friend bool operator==(const RangeAttr&, const RangeAttr&) = default;
};
// shift: y[t] = x[t - by]. by > 0 may have `by` further operands, the values 1, 2, ... steps before the
// start; without them they are 0. by < 0 looks ahead and reads 0 past the end.
struct ShiftAttr {
  DimId time;
  int32_t by = 1;
  friend bool operator==(const ShiftAttr&, const ShiftAttr&) = default;
};
struct FlipAttr {
  DimId time;
  friend bool operator==(const FlipAttr&, const FlipAttr&) = default;
};
// prefix. sum: operands b, first; max: b, first; affine: a, b, first. s[t] = a[t] * s[t-1] + b[t], over
// (max,+): max(a[t] + s[t-1], b[t]). `first` has the type of b without `time`.
enum class PrefixKind : uint8_t { sum, max, affine };
struct PrefixAttr {
  PrefixKind kind;
  Semiring semiring = Semiring::plus_times;
  DimId time;
  Direction direction = Direction::forward;
  friend bool operator==(const PrefixAttr&, const PrefixAttr&) = default;
};
// scan. Operands: `each` (sliced over `time`), `with` (seen whole), then one first value for each carry.
// Parameters of the body, in this order: the slices, the `with` values, the carries of the step before.
// Results of the body: `outs`, then the next value of each carry. Results of the scan: outs over time, then
// the carries after the last step of each sequence.
struct ScanAttr {
  Direction direction = Direction::forward;
  DimId time;
  uint32_t each = 0, with = 0, carries = 0, outs = 0;
  std::shared_ptr<const Function> body;
  friend bool operator==(const ScanAttr&, const ScanAttr&);  // compares the bodies
};

using Attributes = std::variant<std::monostate, NameAttr, ConstAttr, DimAttr, RandomAttr, OverAttr,
                                ReduceAttr, RangeAttr, ShiftAttr, FlipAttr, PrefixAttr, ScanAttr>;

// ---------------------------------------------------------------- instructions

struct Instr {
  Op op;
  std::vector<ValueId> operands;
  std::vector<ValueId> results;  // one, but for scan
  Attributes attributes;
  support::Span span = {};  // the equation it came from
  friend bool operator==(const Instr&, const Instr&) = default;
};

struct Value {
  Type type;
  InstrId producer;       // invalid: a parameter of the function (bodies of scans only)
  uint32_t index = 0;     // which result, or which parameter
  std::string name = {};  // for people; may be empty, need not be unique
  friend bool operator==(const Value&, const Value&) = default;
};

struct NamedResult {
  std::string name;  // "logits", "loss", "state.<path>", "grad.<parameter>"; in a body the carry's path or
                     // the value's name
  ValueId value;
  friend bool operator==(const NamedResult&, const NamedResult&) = default;
};

// Straight-line code: an operand is a parameter or the result of an earlier instruction.
class Function {
 public:
  explicit Function(std::string name = {}) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  const std::vector<Instr>& instrs() const { return instrs_; }
  const std::vector<Value>& values() const { return values_; }
  const std::vector<ValueId>& parameters() const { return parameters_; }  // only the body of a scan has any
  const std::vector<NamedResult>& results() const { return results_; }

  const Instr& operator[](InstrId id) const { return instrs_[id.index]; }
  const Value& operator[](ValueId id) const { return values_[id.index]; }
  const Type& type(ValueId id) const { return values_[id.index].type; }
  // The instruction that makes the value, or null for a parameter.
  const Instr* producer(ValueId id) const;
  // The result of that name, or an invalid id.
  ValueId result(std::string_view name) const;

  // Construction. Types are not checked here: Builder infers them, verify() checks everything.
  ValueId add_parameter(Type type, std::string name);
  InstrId append(Op op, std::vector<ValueId> operands, Attributes attributes, std::vector<Type> result_types,
                 support::Span span = {});
  void add_result(std::string name, ValueId value) { results_.push_back({std::move(name), value}); }
  void set_name(ValueId value, std::string name) { values_[value.index].name = std::move(name); }

  friend bool operator==(const Function&, const Function&) = default;

 private:
  std::string name_;
  std::vector<Instr> instrs_;
  std::vector<Value> values_;
  std::vector<ValueId> parameters_;
  std::vector<NamedResult> results_;
};

// What a function gets and gives under names: every `param` and `input` instruction, in order.
struct NamedType {
  std::string name;
  Type type;
  friend bool operator==(const NamedType&, const NamedType&) = default;
};
std::vector<NamedType> params_of(const Function& function);
std::vector<NamedType> inputs_of(const Function& function);

}  // namespace rnnc::ir
