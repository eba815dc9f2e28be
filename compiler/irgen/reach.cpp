#include "compiler/irgen/reach.h"

#include <fmt/format.h>

#include <algorithm>

namespace rnnc::irgen {

using sema::Body;
using sema::Node;
using sema::NodeId;
namespace node = sema::node;

namespace {

struct Operands {
  std::vector<NodeId> operator()(const node::Number&) const { return {}; }
  std::vector<NodeId> operator()(const node::SizeNumber&) const { return {}; }
  std::vector<NodeId> operator()(const node::Input&) const { return {}; }
  std::vector<NodeId> operator()(const node::Parameter&) const { return {}; }
  std::vector<NodeId> operator()(const node::StatePast&) const { return {}; }
  std::vector<NodeId> operator()(const node::Delayed& n) const { return {n.value}; }
  std::vector<NodeId> operator()(const node::Element& n) const { return n.operands; }
  std::vector<NodeId> operator()(const node::Broadcast& n) const { return {n.value}; }
  std::vector<NodeId> operator()(const node::Contract& n) const { return {n.left, n.right}; }
  std::vector<NodeId> operator()(const node::Join& n) const { return n.parts; }
  std::vector<NodeId> operator()(const node::Part& n) const { return {n.value}; }
  std::vector<NodeId> operator()(const node::Reshape& n) const { return {n.value}; }
  std::vector<NodeId> operator()(const node::Reduce& n) const { return {n.value}; }
  std::vector<NodeId> operator()(const node::Softmax& n) const { return {n.value}; }
  std::vector<NodeId> operator()(const node::OneHot& n) const { return {n.value}; }
  std::vector<NodeId> operator()(const node::CrossEntropy& n) const { return {n.logits, n.target}; }
  std::vector<NodeId> operator()(const node::Window& n) const { return {n.value}; }
  std::vector<NodeId> operator()(const node::Dropout& n) const { return {n.value}; }
  std::vector<NodeId> operator()(const node::Zoneout& n) const { return {n.fresh, n.old}; }
  std::vector<NodeId> operator()(const node::Reverse& n) const { return {n.value}; }
  std::vector<NodeId> operator()(const node::Last& n) const { return {n.value}; }
  std::vector<NodeId> operator()(const node::Repeat& n) const { return {n.value}; }
  std::vector<NodeId> operator()(const node::CallValue& n) const { return {n.call}; }
  std::vector<NodeId> operator()(const node::Call& n) const {
    std::vector<NodeId> result = n.inputs;
    for (const auto& [state, first] : n.first) result.push_back(first);
    if (n.init) result.push_back(*n.init);
    return result;
  }
};

// The first of base, base_2, base_3, ... that is not taken.
std::string claim(std::set<std::string>& taken, const std::string& base) {
  std::string name = base;
  for (int count = 2; !taken.insert(name).second; ++count) name = fmt::format("{}_{}", base, count);
  return name;
}

}  // namespace

std::vector<NodeId> operands(const Node& node) { return std::visit(Operands{}, node.data); }

std::vector<bool> reach(const Body& body, const std::vector<NodeId>& roots) {
  std::vector<bool> reached(body.nodes.size(), false);
  std::vector<NodeId> open = roots;
  while (!open.empty()) {
    NodeId id = open.back();
    open.pop_back();
    if (reached[id.index]) continue;
    reached[id.index] = true;
    for (NodeId operand : operands(body[id])) open.push_back(operand);
    if (const auto* past = std::get_if<node::StatePast>(&body[id].data)) {
      open.push_back(body.states[past->state].update);
    }
  }
  return reached;
}

std::vector<NodeId> cell_roots(const Body& body) {
  std::vector<NodeId> roots;
  for (const sema::NamedNode& output : body.outputs) roots.push_back(output.node);
  for (const sema::StateDecl& state : body.states) roots.push_back(state.update);
  for (uint32_t i = 0; i < body.nodes.size(); ++i) {
    const auto* call = std::get_if<node::Call>(&body.nodes[i].data);
    if (call && call->stateful) roots.push_back(NodeId{i});
  }
  return roots;
}

std::vector<NodeId> taken_from(const Body& body, const std::vector<bool>& needed, NodeId call) {
  std::set<NodeId> taken;
  for (uint32_t i = 0; i < body.nodes.size(); ++i) {
    const auto* of = std::get_if<node::CallValue>(&body.nodes[i].data);
    if (needed[i] && of && of->call == call) taken.insert(of->inner);
  }
  return {taken.begin(), taken.end()};
}

std::set<uint32_t> inputs_seen_now(const Body& body, NodeId value) {
  std::set<uint32_t> inputs;
  std::set<NodeId> seen;
  std::vector<NodeId> open = {value};
  while (!open.empty()) {
    NodeId id = open.back();
    open.pop_back();
    if (!seen.insert(id).second) continue;
    const sema::NodeData& data = body[id].data;
    if (const auto* input = std::get_if<node::Input>(&data)) inputs.insert(input->index);
    if (const auto* of = std::get_if<node::CallValue>(&data)) {
      const auto& call = std::get<node::Call>(body[of->call].data);
      for (uint32_t input : inputs_seen_now(*call.body, of->inner)) open.push_back(call.inputs[input]);
    } else if (!std::holds_alternative<node::Delayed>(data)) {
      for (NodeId operand : operands(body[id])) open.push_back(operand);
    }
  }
  return inputs;
}

std::optional<uint32_t> state_of(const Body& body, const node::Window& window) {
  if (std::holds_alternative<node::Input>(body[window.value].data)) return std::nullopt;
  for (uint32_t i = 0; i < body.states.size(); ++i) {
    if (body.states[i].update == window.value) return i;
  }
  return std::nullopt;
}

std::vector<std::string> state_names(const Body& body) {
  std::set<std::string> taken;
  for (const sema::StateDecl& state : body.states) taken.insert(state.name);
  std::vector<std::string> names(body.nodes.size());
  std::vector<bool> delayed(body.nodes.size(), false);
  for (const Node& user : body.nodes) {
    if (const auto* past = std::get_if<node::Delayed>(&user.data)) delayed[past->value.index] = true;
    const auto* window = std::get_if<node::Window>(&user.data);
    if (window && !state_of(body, *window)) delayed[window->value.index] = true;
  }
  auto name_of = [&](NodeId id) -> std::string {
    if (const auto* input = std::get_if<node::Input>(&body[id].data)) return body.inputs[input->index].name;
    auto named =
        std::find_if(body.named.begin(), body.named.end(), [&](const auto& n) { return n.node == id; });
    return named == body.named.end() ? "delayed" : named->name;
  };
  for (uint32_t i = 0; i < body.nodes.size(); ++i) {
    const auto* call = std::get_if<node::Call>(&body.nodes[i].data);
    if (call && call->stateful) names[i] = call->path.empty() ? "" : claim(taken, call->path);
    if (delayed[i]) names[i] = claim(taken, name_of(NodeId{i}));
  }
  return names;
}

}  // namespace rnnc::irgen
