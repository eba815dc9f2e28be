#include "compiler/schedule/slots.h"

#include <algorithm>

#include "compiler/schedule/deal.h"
#include "compiler/schedule/uses.h"
#include "compiler/support/check.h"

namespace rnnc::schedule {

SizeExpr bytes_of(const Buffer& buffer) {
  return buffer.elements * SizeExpr(bytes_of(buffer.element)) * SizeExpr(buffer.place == Place::ring ? 2 : 1);
}

bool in_arena(const Plan& plan, BufferId id) {
  switch (plan[id].place) {
    case Place::param:
    case Place::constant:
      return false;
    case Place::input:
      return std::any_of(plan.stages.begin(), plan.stages.end(), [&](const Stage& stage) {
        const auto* admit = std::get_if<AdmitStage>(&stage.kind);
        return admit && admit->input.buffer == id;
      });
    case Place::result:
    case Place::scratch:
    case Place::ring:
    case Place::packed:
      return plan[id].first >= 0;
  }
  RNNC_UNREACHABLE("a buffer of no place");
}

namespace {

struct Span {
  int first, last;
};

class Lifetimes {
 public:
  explicit Lifetimes(Plan& plan) : plan_(plan), loops_(plan.loops.size()) {}

  void run() {
    for (Buffer& buffer : plan_.buffers) buffer.first = buffer.last = -1;
    Walk counting{[&](StageId, LoopId) { ++position_; },
                  [&](LoopId loop) { loops_[loop.index].first = position_++; },
                  [&](LoopId loop) { loops_[loop.index].last = position_++; }};
    walk(plan_, counting);
    position_ = 0;
    Walk visitor{[&](StageId stage, LoopId around) {
                   for_each_access(plan_[stage].kind, [&](const Access& access, Use) {
                     use(access.buffer, {position_, position_}, around);
                   });
                   ++position_;
                 },
                 [&](LoopId loop) {
                   for (const Carry& carry : plan_[loop].carries)
                     use(carry.ring, loops_[loop.index], plan_[loop].around);
                   if (plan_[loop].active.valid()) use(plan_[loop].active, loops_[loop.index], loop);
                   ++position_;
                 },
                 [&](LoopId) { ++position_; }};
    walk(plan_, visitor);
  }

 private:
  // A use within loops that do not make the buffer anew lasts as long as the outermost of them.
  void use(BufferId id, Span span, LoopId around) {
    Buffer& buffer = plan_.buffers[id.index];
    for (LoopId loop = around; loop.valid() && loop != buffer.within; loop = plan_[loop].around) {
      span = {std::min(span.first, loops_[loop.index].first), std::max(span.last, loops_[loop.index].last)};
    }
    buffer.first = buffer.first < 0 ? span.first : std::min(buffer.first, span.first);
    buffer.last = std::max(buffer.last, span.last);
  }

  Plan& plan_;
  std::vector<Span> loops_;
  int position_ = 0;
};

}  // namespace

void set_lifetimes(Plan& plan) { Lifetimes(plan).run(); }

Sharing::Sharing(const Plan& plan)
    : plan_(plan),
      by_rows_(lie_by_rows(plan)),
      in_place_(plan.in_place ? schedule::in_place(plan) : InPlace{}) {}

bool Sharing::allows(BufferId a, BufferId b) const {
  bool meet = plan_[a].first <= plan_[b].last && plan_[b].first <= plan_[a].last;
  if (meet && !in_place(a, b) && !in_place(b, a)) return false;
  LoopId loop = dealt_loop(plan_, plan_[a]);
  if (!loop.valid() || loop != dealt_loop(plan_, plan_[b])) return true;
  return by_rows_[a.index] && by_rows_[b.index] && bytes_of(plan_[a]) == bytes_of(plan_[b]);
}

// Where what is read ends, if that can be: then fewer lines of the cache are met. Else first fit, among the
// slots whose sizes have the same symbols: whatever T and B are, one holds the other.
void assign_slots(Plan& plan) {
  std::vector<BufferId> order;
  for (uint32_t i = 0; i < plan.buffers.size(); ++i) {
    if (in_arena(plan, BufferId{i})) order.push_back(BufferId{i});
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](BufferId a, BufferId b) { return plan[a].first < plan[b].first; });
  const Sharing sharing(plan);
  std::vector<std::vector<BufferId>> held;
  plan.slots.clear();
  for (BufferId id : order) {
    Buffer& buffer = plan.buffers[id.index];
    SizeExpr bytes = bytes_of(buffer);
    auto fits = [&](uint32_t slot) {
      auto beside = [&](BufferId other) { return sharing.allows(id, other); };
      return plan.slots[slot].same_symbols(bytes) &&
             std::all_of(held[slot].begin(), held[slot].end(), beside);
    };
    auto replaces = [&](uint32_t slot) {
      auto ends = [&](BufferId other) { return sharing.in_place(other, id); };
      return std::any_of(held[slot].begin(), held[slot].end(), ends) && fits(slot);
    };
    auto first = [&](const auto& good) {
      uint32_t slot = 0;
      while (slot < plan.slots.size() && !good(slot)) ++slot;
      return slot;
    };
    uint32_t slot = first(replaces);
    if (slot == plan.slots.size()) slot = first(fits);
    if (slot == plan.slots.size()) {
      plan.slots.push_back(bytes);
      held.emplace_back();
    }
    plan.slots[slot] = SizeExpr::larger(plan.slots[slot], bytes);
    held[slot].push_back(id);
    buffer.slot = SlotId{slot};
  }
}

}  // namespace rnnc::schedule
