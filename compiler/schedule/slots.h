// Which buffers share memory of the arena.
#pragma once

#include "compiler/schedule/in_place.h"
#include "compiler/schedule/plan.h"

namespace rnnc::schedule {

// Gives each buffer the positions between which its contents matter, and a slot if it stands in the arena.
// Each stage, each begin and each end of a loop is a position. What a loop finds made, or leaves made,
// matters from its begin to its end, since the next step comes back to it; what is made anew in each step
// (`Buffer::within`) only between its uses.
void set_lifetimes(Plan& plan);
void assign_slots(Plan& plan);
// Which buffers may stand in one place.
class Sharing {
 public:
  explicit Sharing(const Plan& plan);
  bool allows(BufferId a, BufferId b) const;
  // Whether the second is made where the first ends (in_place.h).
  bool in_place(BufferId a, BufferId b) const { return in_place_.contains({a, b}); }

 private:
  const Plan& plan_;
  std::vector<bool> by_rows_;  // threads may be at different steps of a loop
  InPlace in_place_;
};

// Bytes in the arena: a ring has two generations.
SizeExpr bytes_of(const Buffer& buffer);
// Whether the buffer needs a slot: an input only if an AdmitStage may copy it.
bool in_arena(const Plan& plan, BufferId buffer);

}  // namespace rnnc::schedule
