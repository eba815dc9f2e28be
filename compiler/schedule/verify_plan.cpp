#include "compiler/schedule/verify_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/schedule/deal.h"
#include "compiler/schedule/slots.h"
#include "compiler/schedule/uses.h"
#include "compiler/schedule/verify_stage.h"

namespace rnnc::schedule {

namespace {

using ir::DimId;
using support::Failure;
using support::Status;

// Every stage and loop at one place, loops around as they say.
class Shape {
 public:
  explicit Shape(const Plan& plan)
      : plan_(plan), stages_(plan.stages.size(), 0), loops_(plan.loops.size(), 0) {}

  Status check() {
    if (Status status = nodes(plan_.body, {}); !status) return status;
    bool all = std::all_of(stages_.begin(), stages_.end(), [](int count) { return count == 1; }) &&
               std::all_of(loops_.begin(), loops_.end(), [](int count) { return count == 1; });
    if (!all) return Failure{"a stage or a loop has no place, or two"};
    return support::ok();
  }

 private:
  Status nodes(const std::vector<Node>& all, LoopId around) {
    for (const Node& node : all) {
      if (const auto* stage = std::get_if<StageId>(&node)) {
        if (stage->index >= stages_.size()) return Failure{"a stage that is none"};
        ++stages_[stage->index];
        continue;
      }
      LoopId loop = std::get<LoopId>(node);
      if (loop.index >= loops_.size()) return Failure{"a loop that is none"};
      if (++loops_[loop.index] > 1) return Failure{"a loop that has two places"};
      if (plan_[loop].around != around)
        return Failure{fmt::format("loop {} stands elsewhere", plan_[loop].name)};
      if (Status status = nodes(plan_[loop].body, loop); !status) return status;
    }
    return support::ok();
  }

  const Plan& plan_;
  std::vector<int> stages_, loops_;
};

// Follows the order of execution: what is read must have been written, by the caller or by a stage before.
class Order {
 public:
  explicit Order(const Plan& plan) : plan_(plan), written_(plan.buffers.size(), false) {
    for (size_t i = 0; i < plan.buffers.size(); ++i) {
      Place place = plan.buffers[i].place;
      written_[i] = place == Place::param || place == Place::input || place == Place::constant;
    }
  }

  Status check() {
    Status result = support::ok();
    auto stage = [&](StageId id, LoopId around) {
      std::set<DimId> times;
      for (LoopId loop = around; loop.valid(); loop = plan_[loop].around) times.insert(plan_[loop].time);
      if (result) result = one(plan_[id], times);
    };
    auto enter = [&](LoopId id) {
      for (const Carry& carry : plan_[id].carries) {
        if (result && !written_[carry.ring.index]) {
          result = Failure{fmt::format("loop {}: a carry without a first value", plan_[id].name)};
        }
      }
      if (plan_[id].active.valid()) written_[plan_[id].active.index] = true;
    };
    walk(plan_, {stage, enter, [](LoopId) {}});
    return result;
  }

 private:
  Status one(const Stage& stage, const std::set<DimId>& times) {
    Status result = support::ok();
    auto fail = [&](const char* what) {
      if (result) result = Failure{fmt::format("stage {}: {}", stage.name, what)};
    };
    // Reads before writes: a stage may not read what only it writes.
    for_each_access(stage.kind, [&](const Access& access, Use use) {
      if (access.buffer.index >= plan_.buffers.size()) return fail("a buffer that is none");
      if (use != Use::write && !written_[access.buffer.index]) fail("reads what nothing has written");
      if (access.previous && plan_[access.buffer].place != Place::ring)
        fail("an earlier step of what is no ring");
      Place place = plan_[access.buffer].place;
      bool callers = place == Place::param || place == Place::constant || place == Place::input;
      if (use == Use::write && callers) fail("writes what is the caller's");
    });
    if (!result) return result;
    for_each_access(stage.kind, [&](const Access& access, Use use) {
      if (use != Use::read) written_[access.buffer.index] = true;
    });
    if (Status status = verify_stage(plan_, stage.kind, times); !status) {
      fail(status.error().message.c_str());
    }
    return result;
  }

  const Plan& plan_;
  std::vector<bool> written_;
};

// A plan that is dealt out is what deal_out() makes of it, or less: what the first thread does alone is
// right.
Status check_deal(const Plan& plan) {
  Plan fresh = plan;
  for (TimeLoop& loop : fresh.loops) loop.dealt = false;
  deal_out(fresh);
  if (plan.dealt && !fresh.dealt) return Failure{"threads cannot run this together"};
  for (uint32_t i = 0; i < plan.loops.size(); ++i) {
    if (plan.loops[i].dealt && !fresh.loops[i].dealt)
      return Failure{fmt::format("loop {}: sequences are not apart from each other", plan.loops[i].name)};
    if (plan.loops[i].by_units && !plan.loops[i].dealt)
      return Failure{fmt::format("loop {}: by units, but not by sequences", plan.loops[i].name)};
  }
  Status result = support::ok();
  walk(plan, {[&](StageId id, LoopId around) {
         const Stage& stage = plan[id];
         bool wrong = around.valid() ? plan[around].dealt != stage.dealt.valid() ||
                                           (stage.dealt.valid() && stage.dealt != plan.batch)
                                     : stage.dealt.valid() && !in(divisible(stage.kind), stage.dealt);
         wrong |= stage.units.valid() && (!around.valid() || stage.units != units_of(plan, stage.kind));
         if (result && (wrong || (stage.dealt.valid() && !plan.dealt)))
           result = Failure{fmt::format("stage {}: cannot be dealt out like this", stage.name)};
       }});
  return result;
}

Status check_memory(const Plan& plan) {
  Plan fresh = plan;
  set_lifetimes(fresh);
  const Sharing sharing(fresh);
  for (uint32_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer& a = plan.buffers[i];
    if (a.first != fresh.buffers[i].first || a.last != fresh.buffers[i].last) {
      return Failure{fmt::format("buffer {} is in use at other times than it says", a.name)};
    }
    if (!in_arena(plan, BufferId{i})) continue;
    if (a.slot.index >= plan.slots.size()) return Failure{fmt::format("buffer {} has no memory", a.name)};
    const SizeExpr& slot = plan.slots[a.slot.index];
    if (!slot.same_symbols(bytes_of(a)) || SizeExpr::larger(slot, bytes_of(a)) != slot) {
      return Failure{fmt::format("buffer {} does not fit into its slot", a.name)};
    }
    for (uint32_t j = 0; j < i; ++j) {
      const Buffer& b = plan.buffers[j];
      if (!in_arena(plan, BufferId{j}) || b.slot != a.slot) continue;
      if (!sharing.allows(BufferId{i}, BufferId{j})) {
        return Failure{
            fmt::format("buffers {} and {} are in the same place at the same time", b.name, a.name)};
      }
    }
  }
  return support::ok();
}

}  // namespace

Status verify(const Plan& plan) {
  if (Status status = Shape(plan).check(); !status) return status;
  if (Status status = Order(plan).check(); !status) return status;
  if (Status status = check_deal(plan); !status) return status;
  return check_memory(plan);
}

}  // namespace rnnc::schedule
