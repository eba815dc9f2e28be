// Where a stage's code is written: the sizes of the call, the arrays, and loops over dims.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "compiler/codegen/code.h"
#include "compiler/codegen/frame.h"
#include "compiler/schedule/plan.h"

namespace rnnc::codegen {

// Some lanes of a loop that runs in vectors: `first` is the index of the first one; `left` elements are left
// from there, at least one, maybe fewer than lanes.
struct Piece {
  Value first, left;
  Value full;  // whether there are elements for all lanes
  Value mask;  // which lanes have one
  int lanes;
};

struct Range {
  Value begin, end;
  int64_t multiple = 1;  // of which both are one
};
// What one of several threads has of `whole` things that are dealt in multiples of `by`; the first threads
// have more, if any.
Range part_of(Code& code, Value whole, int64_t by, Value thread, Value threads);

// lengths[b] of i32, as i64.
Value length_at(Code& code, Value lengths, Value b);

// An array as loops walk over it.
struct Stream {
  Value start;  // pointer to the element at the index 0 of all loops
  ir::Element element;
  std::vector<Value> strides;  // by loop, in elements
};

// Loops over dims, some of them taken as one: where every array goes on evenly, one long loop has fewer
// tails.
struct LoopNest {
  std::vector<std::vector<ir::DimId>> dims;  // by loop, outermost first
  std::vector<Range> ranges;                 // of the indices of this thread
  std::vector<Stream> streams;
  // A loop that runs once, before the one at `at`.
  void add_once(size_t at, Code& code);
  int of(ir::DimId dim) const;  // which loop, or -1
};

Type type_in_memory(const Code& code, ir::Element element);

class Site {
 public:
  // A function that has no frame: all that it needs are its parameters.
  Site(Code& code, const schedule::Plan& plan) : code_(code), plan_(plan), frame_(plan) {}
  // The function that is being written has the frame `words`; loops over the times `around` stand around its
  // calls.
  Site(Code& code, const schedule::Plan& plan, const Frame& frame, Value words, std::set<ir::DimId> around);
  // For a function that a stage's function calls: what it gets, and the same site there, where it gets that
  // first.
  Values passed_on() const;
  std::vector<Type> passed_on_types() const;
  Site taken_over() const;
  // Of several threads each does a part of this dim's indices.
  void deal(ir::DimId dim) { dealt_ = dim; }
  // And of this one's, where threads divide the units of a step.
  void divide_units(ir::DimId dim) { units_ = dim; }
  // What buffer `number` is in this function: an array of the plan's buffer `like` at `start`.
  void set_array(schedule::BufferId number, schedule::BufferId like, Value start);

  Code& code() { return code_; }
  const schedule::Plan& plan() const { return plan_; }
  Type type(ir::Element element) const { return type_in_memory(code_, element); }
  Type lane_type(ir::Element element) const;
  Value word(int number);
  Value pointer_word(int number);
  Value argument(int field);  // of rnnc_arguments: the eight bytes at 8 * field

  Value size(ir::DimId dim);
  Value size(const std::vector<ir::DimId>& dims);
  Value value(const schedule::SizeExpr& size);
  // The indices that are to be done, of dims that are taken as one; `by`: if they are dealt, in multiples of
  // it.
  Range range(const std::vector<ir::DimId>& dims);
  Range range(const std::vector<ir::DimId>& dims, int64_t by);
  Range all(const std::vector<ir::DimId>& dims);  // whoever does them
  Value step(ir::DimId time);                     // of the loop around
  Value lengths(ir::DimId time);                  // pointer to i32[B]

  ir::Element element(const schedule::Access& access) const;
  // The element at index 0 of all dims; of a time whose loop stands around, at its step.
  Value start(const schedule::Access& access);
  bool is_around(ir::DimId dim) const { return around_.contains(dim); }
  Value joint_stride(const schedule::Access& access, const std::vector<ir::DimId>& dims);
  Stream stream(const schedule::Access& access, const std::vector<ir::DimId>& loops);
  // Dims in `alone` are not joined with others; nor are dims from `border` on with those before.
  LoopNest nest(const std::vector<ir::DimId>& dims, const std::vector<schedule::Access>& accesses,
                const std::set<ir::DimId>& alone = {}, size_t border = 0);

  // All loops from `from` up to, but without, `to`: body(indices so far, where each stream is then). Indices
  // are by loop of the nest; those of loops that do not run yet are null.
  using NestBody = std::function<void(const Values& indices, const Values& places)>;
  void loops(const LoopNest& nest, size_t from, size_t to, Values indices, Values places,
             const NestBody& body);
  Values starts(const LoopNest& nest) const;
  Value moved(Value place, ir::Element element, Value index, Value stride);

  // Lanes for a loop: those of the machine, or fewer if it is known to be shorter.
  int lanes_for(const Range& range);
  Piece piece(Value first, Value left, int lanes);
  // Of a loop up to `range.end`, whose pieces begin at `range.begin`.
  Piece piece_of(const Range& range, Value first, int lanes);
  void pieces(const Range& range, int lanes, const std::function<void(const Piece&)>& body);
  // The same with values that go from piece to piece.
  Values pieces(const Range& range, int lanes, Values start,
                const std::function<Values(const Piece&, const Values&)>& body);
  // Elements first, first + 1, ... of a row; lanes without an element hold whatever. Booleans come as flags.
  struct Row {
    Value start;
    ir::Element element;
    Value stride;
  };
  Values load(const std::vector<Row>& rows, const Piece& piece);
  void store(const Row& row, Value value, const Piece& piece);
  Value load_one(Value place, ir::Element element);
  void store_one(Value place, ir::Element element, Value value);

 private:
  Value load_full(const Row& row, const Piece& piece);
  Value load_some(const Row& row, const Piece& piece);
  Value as_flags(Value value, ir::Element element);
  bool is_divided(const std::vector<ir::DimId>& dims) const {
    return !dims.empty() && dims.front().valid() && (dims.front() == dealt_ || dims.front() == units_);
  }
  Range loop_range(const std::vector<ir::DimId>& dims);
  int64_t known_multiple(const std::vector<ir::DimId>& dims) const;

  Code& code_;
  const schedule::Plan& plan_;
  Frame frame_;
  Value words_ = nullptr;
  std::set<ir::DimId> around_;
  ir::DimId dealt_, units_;
  std::map<ir::DimId, Value> symbols_;
  struct Array {
    schedule::BufferId like;
    Value start;
  };
  std::map<schedule::BufferId, Array> arrays_;
};

}  // namespace rnnc::codegen
