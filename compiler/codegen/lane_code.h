// The element-wise graph of a stage, written for one piece of its innermost loop at a time.
#pragma once

#include <set>
#include <vector>

#include "compiler/codegen/site.h"

namespace rnnc::codegen {

class LaneCode {
 public:
  LaneCode(Site& site, const schedule::Lanes& lanes);

  // What the graph reads and writes, in the order in which streams of a nest are expected: loads, then
  // stores.
  const std::vector<schedule::Access>& accesses() const { return accesses_; }
  // Dims whose index is asked for.
  const std::set<ir::DimId>& counted() const { return counted_; }

  // `indices` by loop of the nest, null for the one that runs in vectors; `places` by stream. begin_row()
  // comes once before that loop, values() for each piece of it.
  void begin_row(const LoopNest& nest, const Values& indices, int vector_loop);
  // `sums`: of the products of a tile, by slot.
  Values values(const LoopNest& nest, const Values& indices, const Values& places, int vector_loop,
                const Piece& piece, const Values& sums = {});
  void store(const LoopNest& nest, const Values& places, int vector_loop, const Values& values,
             const Piece& piece);

 private:
  Value index(const LoopNest& nest, const Values& indices, ir::DimId dim, int vector_loop,
              const Piece& piece);
  Value drawn(const LoopNest& nest, const Values& indices, size_t load, int vector_loop, const Piece& piece);
  Value row_key(const schedule::Draw& draw, Value site_key, Value sequence_row, Value step);
  Values row_words(const LoopNest& nest, const Values& indices, size_t load, int vector_loop,
                   const Piece& piece);
  bool row_is_fixed(const LoopNest& nest, const schedule::Draw& draw, int vector_loop) const;
  Value scalar_index(const LoopNest& nest, const Values& indices, ir::DimId dim);

  Site& site_;
  Code& code_;
  const schedule::Lanes& lanes_;
  std::vector<schedule::Access> accesses_;
  std::set<ir::DimId> counted_;
  Values site_keys_, row_keys_;  // by load, of draws
};

// The value of one op.
Value lane_op(Site& site, const schedule::LaneOp& op, const Values& operands, ir::Element of_operands);

}  // namespace rnnc::codegen
