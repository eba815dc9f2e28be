#include "compiler/irgen/step_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compiler/irgen/reach.h"

namespace rnnc::irgen {

using sema::Body;
using sema::NamedNode;
using sema::NodeId;
namespace node = sema::node;

namespace {

class Planner {
 public:
  explicit Planner(const Body& body) : body_(body) { plan_.needed.resize(body.nodes.size(), false); }

  StepPlan run(const std::vector<NamedNode>& leaving) {
    find_clock(leaving);
    for (const NamedNode& one : leaving) open_.push_back(one.node);
    while (plan_.refusal.empty() && !open_.empty()) {
      NodeId id = open_.back();
      open_.pop_back();
      if (!seen_.insert(id).second) continue;
      in_step(id) ? visit_step(id) : visit_other(id);
    }
    if (plan_.refusal.empty()) check_before();
    return std::move(plan_);
  }

 private:
  bool in_step(NodeId id) const { return body_[id].type.clock == plan_.clock; }
  void refuse(std::string why) {
    if (plan_.refusal.empty()) plan_.refusal = std::move(why);
  }

  void find_clock(const std::vector<NamedNode>& leaving) {
    const NamedNode* first = nullptr;
    for (const NamedNode& one : leaving) {
      if (!body_[one.node].type.clock) continue;
      if (!first) first = &one;
      if (body_[one.node].type.clock != body_[first->node].type.clock) {
        refuse(fmt::format("`{}` and `{}` are sequences with lengths of their own", first->name, one.name));
      }
    }
    if (first) {
      plan_.clock = *body_[first->node].type.clock;
    } else {
      refuse(body_.clocks.empty() ? "it has no sequence" : "no output is a sequence: all come after its end");
    }
  }

  void visit_step(NodeId id) {
    const sema::Node& node = body_[id];
    plan_.needed[id.index] = true;
    if (const auto* call = std::get_if<node::Call>(&node.data)) return visit_call(id, *call);
    if (const auto* delayed = std::get_if<node::Delayed>(&node.data); delayed && target(delayed->value))
      return;
    if (const sema::InputDecl* input = target(id)) {
      return refuse(fmt::format(
          "it remembers what is made of the target `{0}`: delay the target itself, `{0}[t-1]`", input->name));
    }
    if (std::holds_alternative<node::Reverse>(node.data)) {
      return refuse("`reverse`, also that of `bidirectional`, begins at the end of a sequence");
    }
    const auto* softmax = std::get_if<node::Softmax>(&node.data);
    if (softmax && softmax->over_time) return refuse("`softmax[t]` sees the whole sequence");
    for (NodeId operand : operands(node)) open_.push_back(operand);
  }

  void visit_call(NodeId id, const node::Call& call) {
    plan_.calls.push_back(id);
    for (size_t i = 0; i < call.inputs.size(); ++i) {
      if (call.body->inputs[i].whole && in_step(call.inputs[i])) {
        return refuse(fmt::format("`{}` sees the whole sequence", call.body->name));
      }
      open_.push_back(call.inputs[i]);
    }
    for (const auto& [state, first] : call.first) plan_.before.push_back(first);
    if (call.init) plan_.before.push_back(*call.init);
  }

  // What depends on no input is computed where it is needed.
  void visit_other(NodeId id) {
    const std::vector<bool> behind = reach(body_, {id});
    bool given = false;
    for (uint32_t i = 0; i < behind.size(); ++i) {
      given = given || (behind[i] && std::holds_alternative<node::Input>(body_.nodes[i].data));
    }
    if (given) {
      plan_.held.emplace(id, "held." + name_of(id));
      plan_.before.push_back(id);
    } else {
      for (NodeId operand : operands(body_[id])) open_.push_back(operand);
    }
    plan_.needed[id.index] = true;
  }

  std::string name_of(NodeId id) {
    if (const auto* input = std::get_if<node::Input>(&body_[id].data)) return body_.inputs[input->index].name;
    auto named =
        std::find_if(body_.named.begin(), body_.named.end(), [&](const auto& n) { return n.node == id; });
    return named == body_.named.end() ? fmt::format("{}", ++unnamed_) : named->name;
  }

  const sema::InputDecl* target(NodeId id) const {
    const auto* input = std::get_if<node::Input>(&body_[id].data);
    return input && body_.inputs[input->index].target ? &body_.inputs[input->index] : nullptr;
  }

  // Nothing that comes before the first step may need the steps.
  void check_before() {
    const std::vector<bool> before = reach(body_, plan_.before);
    for (uint32_t i = 0; i < before.size(); ++i) {
      if (!before[i]) continue;
      const sema::Node& node = body_.nodes[i];
      if (const auto* call = std::get_if<node::Call>(&node.data);
          call && call->init && in_step(*call->init)) {
        return refuse("`final` comes after the end of a sequence");
      }
      const std::vector<NodeId> reads = operands(node);
      if (in_step(NodeId{i}) ||
          std::none_of(reads.begin(), reads.end(), [&](NodeId id) { return in_step(id); })) {
        continue;
      }
      if (std::holds_alternative<node::Last>(node.data))
        return refuse("`last` comes after the end of a sequence");
      return refuse("what is summed over `t` comes after the end of a sequence");
    }
    for (NodeId id : plan_.before) {
      if (in_step(id)) return refuse("`final` comes after the end of a sequence");
    }
  }

  const Body& body_;
  StepPlan plan_;
  std::vector<NodeId> open_;
  std::set<NodeId> seen_;
  int unnamed_ = 0;
};

}  // namespace

StepPlan plan_step(const Body& model, const std::vector<NamedNode>& leaving) {
  StepPlan plan = Planner(model).run(leaving);
  std::sort(plan.calls.begin(), plan.calls.end());
  return plan;
}

}  // namespace rnnc::irgen
