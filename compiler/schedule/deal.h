// Who does what where several threads run a function together, each with all of its stages.
//
// Outside of loops over time the threads divide the indices of one dim of each stage and wait for each other
// after it. In a loop over time each thread runs all steps of its own sequences and waits for nobody; that is
// so if every stage of the loop may be divided by sequences, else the first thread runs the loop. Nobody
// divides a sum, so results do not depend on how many threads there are.
#pragma once

#include <vector>

#include "compiler/schedule/plan.h"

namespace rnnc::schedule {

// The dims whose indices a stage may do apart from each other.
std::vector<ir::DimId> divisible(const StageKind& kind);
// Sets Plan::dealt, and Stage::dealt of all stages.
void deal_out(Plan& plan);
// The loop at the outermost that a buffer is made anew in, if it is dealt; threads then are at different
// steps of it. Else invalid.
LoopId dealt_loop(const Plan& plan, const Buffer& buffer);
// For each buffer whether the batch is its outermost dim, so that the threads' parts of two of one size lie
// at the same places.
std::vector<bool> lie_by_rows(const Plan& plan);

}  // namespace rnnc::schedule
