#include "compiler/passes/recurrence.h"

#include <algorithm>
#include <string_view>

namespace rnnc::passes {
namespace {

using ir::Function;
using ir::Instr;
using ir::ValueId;

// Tarjan's algorithm without recursion, along "depends on": groups come out with what they depend on first.
class Groups {
 public:
  Groups(const Function& function, const std::vector<Carry>& carries)
      : function_(function), next_(function.values().size()), state_(function.values().size()) {
    for (const Carry& carry : carries) next_[carry.before.index] = carry.next;
  }

  Recurrence run() {
    found_.group.assign(state_.size(), Recurrence::kNone);
    for (uint32_t i = 0; i < state_.size(); ++i) {
      if (state_[i].number == 0) visit(ValueId{i});
    }
    return std::move(found_);
  }

 private:
  struct State {
    uint32_t number = 0;  // in the order of visits, from 1
    uint32_t low = 0;     // the least number that it reaches within the open groups
    bool open = false;
  };
  struct Frame {
    ValueId value;
    size_t done = 0;  // dependencies
  };

  // The i-th value that this one depends on, or an invalid id.
  ValueId dependency(ValueId value, size_t i) const {
    if (const Instr* instr = function_.producer(value); instr && !instr->operands.empty()) {
      return i < instr->operands.size() ? instr->operands[i] : ValueId{};
    }
    return i == 0 ? next_[value.index] : ValueId{};
  }

  void visit(ValueId root) {
    std::vector<Frame> frames;
    auto enter = [&](ValueId value) {
      State& state = state_[value.index];
      state.number = state.low = ++visits_;
      state.open = true;
      open_.push_back(value);
      frames.push_back({value});
    };
    enter(root);
    while (!frames.empty()) {
      Frame& frame = frames.back();
      State& state = state_[frame.value.index];
      if (ValueId on = dependency(frame.value, frame.done++); on.valid()) {
        State& other = state_[on.index];
        if (other.number == 0) {
          enter(on);
        } else if (other.open) {
          state.low = std::min(state.low, other.number);
        }
        continue;
      }
      ValueId value = frame.value;
      frames.pop_back();
      if (state.low == state.number) close(value);
      if (!frames.empty()) {
        State& below = state_[frames.back().value.index];
        below.low = std::min(below.low, state.low);
      }
    }
  }

  void close(ValueId last) {
    auto begin = std::find(open_.rbegin(), open_.rend(), last).base() - 1;
    bool cycle = open_.end() - begin > 1 || next_[last.index] == last;
    std::sort(begin, open_.end());
    for (auto it = begin; it != open_.end(); ++it) {
      state_[it->index].open = false;
      if (cycle) found_.group[it->index] = found_.groups;
      found_.order.push_back(*it);
    }
    if (cycle) ++found_.groups;
    open_.erase(begin, open_.end());
  }

  const Function& function_;
  std::vector<ValueId> next_;
  std::vector<State> state_;
  std::vector<ValueId> open_;
  uint32_t visits_ = 0;
  Recurrence found_;
};

}  // namespace

Recurrence find_recurrence(const Function& function, const std::vector<Carry>& carries) {
  return Groups(function, carries).run();
}

std::vector<Carry> carries_of(const ir::ScanParts& scan) {
  std::vector<Carry> carries;
  for (size_t i = 0; i < scan.attr.carries; ++i) carries.push_back({scan.carry_params[i], scan.next(i)});
  return carries;
}

std::vector<Carry> state_of(const Function& function) {
  std::vector<Carry> carries;
  for (const Instr& instr : function.instrs()) {
    if (instr.op != ir::Op::input) continue;
    const std::string& name = std::get<ir::NameAttr>(instr.attributes).name;
    ValueId next = std::string_view(name).starts_with("state.") ? function.result(name) : ValueId{};
    if (next.valid()) carries.push_back({instr.results[0], next});
  }
  return carries;
}

}  // namespace rnnc::passes
