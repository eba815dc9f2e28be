// Who does what where several threads run a function together, each with all of its stages.
//
// Outside of loops over time the threads divide the indices of one dim of each stage and wait for each other
// after it. In a loop over time each thread runs all steps of its own sequences and waits for nobody; that is
// so if every stage of the loop may be divided by sequences, else the first thread runs the loop. If there
// are fewer sequences than threads, they divide the units of each stage of a step, if that is worth a barrier
// after each. Nobody divides a sum, so results do not depend on how many threads there are.
#pragma once

#include <vector>

#include "compiler/schedule/plan.h"

namespace rnnc::schedule {

// The dims whose indices a stage may do apart from each other.
std::vector<ir::DimId> divisible(const StageKind& kind);
// The dim whose indices threads may divide in a step of all sequences: one of units. Invalid if there is
// none.
ir::DimId units_of(const Plan& plan, const StageKind& kind);
// Sets Plan::dealt, and Stage::dealt of all stages.
void deal_out(Plan& plan);
// After that: lets threads divide the units of a step in loops that they run for their own sequences, where
// that is worth a barrier after each stage, or everywhere.
void divide_units(Plan& plan, bool everywhere = false);
// The loop at the outermost that a buffer is made anew in, if it is dealt; threads then are at different
// steps of it. Else invalid.
LoopId dealt_loop(const Plan& plan, const Buffer& buffer);
// For each buffer whether the batch is its outermost dim, so that the threads' parts of two of one size lie
// at the same places.
std::vector<bool> lie_by_rows(const Plan& plan);

}  // namespace rnnc::schedule
