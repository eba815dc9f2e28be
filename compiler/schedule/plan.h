// What a function does, loop by loop: plain data, printable, comparable. Code generation translates it and
// decides nothing.
#pragma once

#include <array>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ir/function.h"
#include "compiler/schedule/access.h"
#include "compiler/schedule/machine.h"

namespace rnnc::schedule {

struct SlotTag;
struct StageTag;
struct LoopTag;
using SlotId = support::Id<SlotTag>;
using StageId = support::Id<StageTag>;
using LoopId = support::Id<LoopTag>;

// ---------------------------------------------------------------- memory

enum class Place : uint8_t {
  param,     // an array of the caller
  input,     // likewise; one with a slot is copied there if any sequence ends early (AdmitStage)
  constant,  // read-only data of the object
  result,    // an array of the caller; in its slot where the caller does not want it
  scratch,   // in the arena
  ring,      // in the arena, two generations: the carry of the step before, and of this one
  packed,    // in the arena: the operand of a product, in panels
};

struct Buffer {
  Place place;
  ir::Element element;
  SizeExpr elements;      // of one generation
  uint32_t index = 0;     // which param, input, result, constant
  std::string name = {};  // for people
  LoopId within = {};     // if valid, its contents matter only within one step of this loop
  SlotId slot = {};       // of the arena
  // The positions in the order of execution between which the contents matter (slots.h).
  int first = -1, last = -1;
  friend bool operator==(const Buffer&, const Buffer&) = default;
};

// A constant array, row-major.
struct ConstantArray {
  ir::Element element;
  std::vector<double> values;
  friend bool operator==(const ConstantArray&, const ConstantArray&) = default;
};

// ---------------------------------------------------------------- element-wise work

// Sources of a lane value that are not in memory: the index along a dim, a number, a draw.
struct Index {
  ir::DimId dim;
  friend bool operator==(const Index&, const Index&) = default;
};
struct Number {
  double value;
  friend bool operator==(const Number& a, const Number& b);  // bit for bit
};
struct Draw {
  ir::RandomAttr draw;
  std::vector<ir::DimId> elements;  // the dims in which the elements of a row are counted
  ir::DimId time, batch;            // which row it is; invalid: the draw depends on none
  friend bool operator==(const Draw&, const Draw&) = default;
};
// What the products of a tile add up to in one of its slots (TileStage).
struct Sum {
  int16_t slot;
  friend bool operator==(const Sum&, const Sum&) = default;
};
struct Load {
  std::variant<Access, Index, Number, Draw, Sum> from;
  ir::Element element;
  friend bool operator==(const Load&, const Load&) = default;
};
// Operands are numbers of lane values: loads first, then the ops before this one.
struct LaneOp {
  ir::Op op;
  std::array<int16_t, 3> operands = {-1, -1, -1};
  ir::Element element;  // of the result
  friend bool operator==(const LaneOp&, const LaneOp&) = default;
};
struct Store {
  Access to;
  int16_t value;
  friend bool operator==(const Store&, const Store&) = default;
};
// A graph of scalar functions, applied to each element of the loops over `dims`, outermost first. The last
// one runs in vectors.
struct Lanes {
  std::vector<ir::DimId> dims;
  std::vector<Load> loads;
  std::vector<LaneOp> ops;
  std::vector<Store> stores;
  ir::Element element(int16_t value) const;
  friend bool operator==(const Lanes&, const Lanes&) = default;
};

// ---------------------------------------------------------------- stages

struct LaneStage {
  Lanes lanes;
  friend bool operator==(const LaneStage&, const LaneStage&) = default;
};

// Sums (or takes the extremes of) a lane value over the dims `over`; with a factor it is the sum of products.
// The loops are those over the dims that stay, then those of `over`, in the order of `lanes.dims`. Either the
// last dim that stays runs in vectors, so that each lane sums in the order of the loops; or the last of all
// does, each lane sums its own elements, and in the end the lanes are summed, the upper half to the lower
// one.
enum class Fold : uint8_t { sum, max, min, dot };
struct FoldStage {
  Fold fold;
  Lanes lanes;  // no stores
  std::vector<ir::DimId> over;
  bool within = false;  // the last dim of `over` runs in vectors
  int16_t value = -1;
  int16_t factor = -1;  // of a dot
  int16_t inside = -1;  // a boolean: which elements count (extremes only; -1: all)
  Access to;            // no axes for the dims that leave
  friend bool operator==(const FoldStage&, const FoldStage&) = default;
};

// One operand of products, brought into panels [batch...][n / width][k][width], zeros where n ends.
struct PackStage {
  Access from;
  Access to;  // no axes: panels are their own order
  std::vector<ir::DimId> batch, n, k;
  int width;
  friend bool operator==(const PackStage&, const PackStage&) = default;
};

// c[m, n] = sum over k of a[m, k] * packed[k, n], for each index of `batch`. The m of a and c, the k of a and
// the n of c are evenly spaced; one of a's two is contiguous, and c's n. Sums run over k in order, one
// accumulator each, whatever the sizes: tails and other batches have the same bits.
struct Tile {
  int rows, vectors;
  int k_block;     // steps of k between which accumulators wait in memory
  int m_block;     // tiles that share a panel's k block while it is in cache
  int bundle = 1;  // vectors beside each other that the graph is done for at once, whose operations then do
                   // not wait for each other
  friend bool operator==(const Tile&, const Tile&) = default;
};
struct ProductStage {
  Access a, c;
  Access packed;  // no axes
  std::vector<ir::DimId> batch, m, n, k;
  Tile tile;
  bool gathers = false;  // the rows of a, which are contiguous, are brought side by side block by block first
  friend bool operator==(const ProductStage&, const ProductStage&) = default;
};

// Products whose sums an element-wise graph reads while they are in the first cache:
//   sum of a slot[row, unit] = over its products, in their order, over k in order: a[row, k] * packed[k,
//   unit]
// The loops are those of the graph: `outer` one by one, `rows` taken as one, `units` taken as one, in
// vectors; every array is evenly spaced along rows and along units. Blocks of m_block tiles of rows, within
// them units as wide as the tile, within these product by product; then the graph, for the whole block.
struct TileProduct {
  Access a;
  Access packed;  // no axes; a matrix for each index of `heads`
  std::vector<ir::DimId> k;
  int16_t slot;
  friend bool operator==(const TileProduct&, const TileProduct&) = default;
};
struct TileStage {
  std::vector<TileProduct> products;  // slot by slot
  int16_t slots;
  std::vector<ir::DimId> heads;  // of `outer`: those that the weights have too
  std::vector<ir::DimId> outer, rows, units;
  Lanes lanes;
  Tile tile;
  int row_panels = 1;
  ir::DimId to_and_fro = {};
  friend bool operator==(const TileStage&, const TileStage&) = default;
};

// gather:  to[index dims, row dims] = table[index, row dims], 0 where the index is outside.
// scatter: to[index, row dims] += table[index dims, row dims] in the order of the index dims.
// Along `dim` the array that is indexed moves by the index alone.
struct IndexStage {
  bool scatter;
  ir::Element element;
  Access table, index, to;
  ir::DimId dim;
  std::vector<ir::DimId> index_dims, row_dims;
  friend bool operator==(const IndexStage&, const IndexStage&) = default;
};

// to[t] = from[t - by]; before[i] is the value i + 1 steps before the start, 0 where there is none.
struct ShiftStage {
  ir::Element element;
  Access from, to;
  std::vector<Access> before;
  ir::DimId time;
  int by;
  std::vector<ir::DimId> row_dims;
  friend bool operator==(const ShiftStage&, const ShiftStage&) = default;
};

// to[t] = from[length - 1 - t]
struct FlipStage {
  ir::Element element;
  Access from, to;
  ir::DimId time, batch;
  std::vector<ir::DimId> row_dims;
  friend bool operator==(const FlipStage&, const FlipStage&) = default;
};

struct PrefixStage {
  ir::PrefixAttr how;
  Access a, b, first, to;  // a: of affine only
  ir::DimId batch;
  std::vector<ir::DimId> row_dims;
  friend bool operator==(const PrefixStage&, const PrefixStage&) = default;
};

// Zeros where t >= length; nothing to do if no sequence ends early.
struct ClearStage {
  ir::Element element;
  Access to;
  ir::DimId time, batch;
  std::vector<ir::DimId> row_dims;
  friend bool operator==(const ClearStage&, const ClearStage&) = default;
};

// If any sequence ends early along one of the times, the input is copied to its slot, to be cleared there
// past the ends: what the caller put there does not matter.
struct AdmitStage {
  Access input;  // no axes: all of it
  std::vector<ir::DimId> times;
  friend bool operator==(const AdmitStage&, const AdmitStage&) = default;
};

using StageKind = std::variant<LaneStage, FoldStage, PackStage, ProductStage, TileStage, IndexStage,
                               ShiftStage, FlipStage, PrefixStage, ClearStage, AdmitStage>;

// Why a stage is not part of the one before it.
enum class Apart : uint8_t {
  nothing,     // nothing stands before it
  other_dims,  // its loops run over other dims than those of the stage before
  waits,       // it reads what another stage has to finish first
  own_loops,   // it is a product, a sum or a move of elements, which plan zero leaves to themselves
  copies,      // it only brings elements to where another stage needs them
};
struct Stage {
  StageKind kind;
  std::string name;  // the value that it makes
  Apart apart = Apart::nothing;
  std::string on = {};  // what it waits for
  // Of several threads each has a part of this dim's indices (deal.h); invalid: the first thread has all.
  ir::DimId dealt = {};
  // In a loop by units: of several threads each has a part of this dim's indices; invalid: the first has all.
  ir::DimId units = {};
  friend bool operator==(const Stage&, const Stage&) = default;
};

// ---------------------------------------------------------------- time

using Node = std::variant<StageId, LoopId>;

struct Carry {
  BufferId ring;
  std::vector<ir::DimId> order;
  friend bool operator==(const Carry&, const Carry&) = default;
};

// The body once for each step that any sequence has. After it a carry of a sequence past its end, if it has
// the batch, is what it was before, and the generations of the rings change places.
struct TimeLoop {
  ir::DimId time, batch;
  ir::Direction direction;
  std::vector<Node> body;
  std::vector<Carry> carries;
  BufferId active = {};  // if valid: bool[B], which sequences have this step
  LoopId around = {};    // the loop that this one stands in
  std::string name = {};
  // Each thread runs it for its own sequences, those that come after the last one that has the step left out:
  // it pays to have the longest first.
  bool dealt = false;
  // If there are fewer sequences than threads, all run each step of all of them together instead, and wait
  // for each other after every stage: a step has enough to do for that.
  bool by_units = false;
  friend bool operator==(const TimeLoop&, const TimeLoop&) = default;
};

// ---------------------------------------------------------------- the whole

struct Plan {
  std::string name;
  ir::DimTable dims;
  Machine machine;
  ir::DimId batch;                // invalid: no value has the batch
  std::vector<ir::DimId> times;   // in the order of rnnc_arguments::steps
  std::vector<BufferId> lengths;  // of each time, invalid if every sequence has all steps
  std::vector<ir::NamedType> params, inputs, results;  // the signature
  std::vector<ConstantArray> constants;
  std::vector<Buffer> buffers;
  std::vector<SizeExpr> slots;  // of the arena, in bytes
  std::vector<Stage> stages;
  std::vector<TimeLoop> loops;
  std::vector<Node> body;
  bool dealt = false;     // several threads may run it together; else all but the first have nothing to do
  bool in_place = false;  // whether what a stage makes may take the place of what ends there (in_place.h)

  const Buffer& operator[](BufferId id) const { return buffers[id.index]; }
  const Stage& operator[](StageId id) const { return stages[id.index]; }
  const TimeLoop& operator[](LoopId id) const { return loops[id.index]; }
  size_t time_index(ir::DimId time) const;
  BufferId lengths_of(ir::DimId time) const { return lengths[time_index(time)]; }
  friend bool operator==(const Plan&, const Plan&) = default;
};

int bytes_of(ir::Element element);  // in memory

}  // namespace rnnc::schedule
