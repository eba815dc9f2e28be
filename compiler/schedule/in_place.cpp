#include "compiler/schedule/in_place.h"

#include <algorithm>

#include "compiler/schedule/uses.h"

namespace rnnc::schedule {

namespace {

struct UseAt {
  StageId stage;
  int position;  // as in slots.h
  Use use;
};

const Lanes* lanes_of(const StageKind& kind) {
  if (const auto* stage = std::get_if<LaneStage>(&kind)) return &stage->lanes;
  if (const auto* stage = std::get_if<TileStage>(&kind)) return &stage->lanes;
  return nullptr;
}

class Search {
 public:
  explicit Search(const Plan& plan) : plan_(plan), uses_(plan.buffers.size()) {}

  InPlace run() {
    int position = 0;
    walk(plan_, {[&](StageId id, LoopId) {
                   for_each_access(plan_[id].kind, [&](const Access& access, Use use) {
                     uses_[access.buffer.index].push_back({id, position, use});
                   });
                   ++position;
                 },
                 [&](LoopId) { ++position; }, [&](LoopId) { ++position; }});
    walk(plan_, {[&](StageId id, LoopId around) {
           if (const Lanes* lanes = lanes_of(plan_[id].kind)) pairs_of(id, *lanes, around);
         }});
    return std::move(found_);
  }

 private:
  void pairs_of(StageId id, const Lanes& lanes, LoopId around) {
    for (const Load& load : lanes.loads) {
      const auto* from = std::get_if<Access>(&load.from);
      if (!from || !is_kept(from->buffer)) continue;
      for (const Store& store : lanes.stores) {
        if (is_kept(store.to.buffer) && same_elements(*from, store.to) && meets_once(*from, lanes, around) &&
            nothing_else(from->buffer, store.to.buffer, id))
          found_.emplace(from->buffer, store.to.buffer);
      }
    }
  }

  // Whether the buffer stays where it is.
  bool is_kept(BufferId id) const {
    Place place = plan_[id].place;
    return place == Place::scratch || place == Place::result || place == Place::input;
  }

  bool same_elements(const Access& from, const Access& to) const {
    const Buffer &a = plan_[from.buffer], &b = plan_[to.buffer];
    return from.buffer != to.buffer && from.offset == to.offset && from.axes == to.axes &&
           a.element == b.element && a.elements == b.elements && a.within == b.within;
  }

  // Whether the stage comes to each element once, in all its runs.
  bool meets_once(const Access& access, const Lanes& lanes, LoopId around) const {
    auto moves = [&](ir::DimId dim) { return !access.stride(dim).is_zero(); };
    for (LoopId loop = around; loop.valid() && loop != plan_[access.buffer].within; loop = plan_[loop].around)
      if (!moves(plan_[loop].time)) return false;
    return std::all_of(lanes.dims.begin(), lanes.dims.end(), moves);
  }

  // Whether, while both matter, this stage alone reads the one, once, and alone writes the other.
  bool nothing_else(BufferId from, BufferId to, StageId stage) const {
    const Buffer &a = plan_[from], &b = plan_[to];
    if (a.first >= b.first) return false;
    auto uses = [&](BufferId of, const auto& counts) {
      return std::count_if(uses_[of.index].begin(), uses_[of.index].end(), [&](const UseAt& use) {
        return use.position >= b.first && use.position <= a.last && counts(use);
      });
    };
    auto any = [](const UseAt&) { return true; };
    auto here = [&](const UseAt& use) { return use.stage == stage; };
    auto writes = [](const UseAt& use) { return use.use != Use::read; };
    return uses(from, any) == 1 && uses(from, here) == 1 && uses(to, writes) == 1 &&
           uses(to, [&](const UseAt& use) { return writes(use) && here(use); }) == 1;
  }

  const Plan& plan_;
  std::vector<std::vector<UseAt>> uses_;
  InPlace found_;
};

}  // namespace

InPlace in_place(const Plan& plan) { return Search(plan).run(); }

}  // namespace rnnc::schedule
