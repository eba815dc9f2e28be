// What values and ops cost, as far as passes weigh it: bytes that cross between loops against work that is
// done again.
#pragma once

#include <cstdint>

#include "compiler/ir/function.h"

namespace rnnc::passes {

// Work on one vector of lanes by element-wise ops, and by the structural ones that lanes read through: what
// may be done again, or on either side of a loop's border. A sigmoid or tanh takes about twenty operations,
// an outer product is a multiplication of broadcasts. -1: not of this kind.
int lane_ops(const ir::Instr& instr);
inline bool is_lane_op(const ir::Instr& instr) { return lane_ops(instr) >= 0; }

// Elements of one step of one sequence, as weights of values that have a time, the batch only, or neither:
// these stand for a T and a B that are not known.
int64_t elements(const ir::Type& type, const ir::DimTable& dims);
int64_t weight_of_sequence(const ir::Type& step_type, const ir::DimTable& dims);
int64_t weight_of_invariant(const ir::Type& type, const ir::DimTable& dims);

// To keep one vector of a value for the backward pass (written once, read once) costs as much as this many
// lane ops.
inline constexpr int kLaneOpsPerSave = 24;

}  // namespace rnnc::passes
