#include "compiler/irgen/alone.h"

namespace rnnc::irgen {

using sema::Body;
using sema::NodeId;
namespace node = sema::node;

namespace {

constexpr sema::Clock kSteps = 0;  // the others are those of the cell, of what it sees whole

NodeId add(Body& body, sema::Type type, sema::NodeData data, sema::Span span) {
  body.nodes.push_back({std::move(type), std::move(data), span});
  return NodeId{static_cast<uint32_t>(body.nodes.size() - 1)};
}

bool remembers(const Body& cell) {
  if (!cell.states.empty()) return true;
  for (const sema::Node& node : cell.nodes) {
    const auto* call = std::get_if<node::Call>(&node.data);
    if (call && call->stateful) return true;
    if (std::holds_alternative<node::Delayed>(node.data) || std::holds_alternative<node::Window>(node.data)) {
      return true;
    }
  }
  return false;
}

Body model_of(const std::shared_ptr<const Body>& cell) {
  Body model;
  model.kind = ast::BodyKind::model;
  model.name = cell->name;
  model.span = cell->span;
  model.symbols = cell->symbols;
  model.clocks = {"t"};
  model.clocks.insert(model.clocks.end(), cell->clocks.begin(), cell->clocks.end());
  node::Call call{cell, "", {}, {}, {}, {}, remembers(*cell)};
  for (const sema::SizeSymbol& symbol : cell->symbols) {
    call.sizes[symbol.name] = {sema::Size::name(symbol.name)};
  }
  for (uint32_t i = 0; i < cell->inputs.size(); ++i) {
    sema::InputDecl input = cell->inputs[i];
    input.type.clock = input.whole ? 1 + *input.type.clock : kSteps;
    if (!input.whole && model.clocks[kSteps] == "t") model.clocks[kSteps] = input.name;
    input.whole = false;
    call.inputs.push_back(add(model, input.type, node::Input{i}, input.span));
    model.inputs.push_back(std::move(input));
  }
  const NodeId used = add(model, {{}, {}, kSteps}, std::move(call), cell->span);
  for (const sema::NamedNode& output : cell->outputs) {
    sema::Type type = (*cell)[output.node].type;
    type.clock = kSteps;
    sema::NamedNode named = output;
    named.node = add(model, type, node::CallValue{used, output.node}, output.span);
    model.named.push_back(named);
    model.outputs.push_back(named);
  }
  return model;
}

}  // namespace

std::shared_ptr<const Body> body_to_run(const sema::Model& model) {
  if (model.body->kind == ast::BodyKind::model) return model.body;
  return std::make_shared<const Body>(model_of(model.body));
}

}  // namespace rnnc::irgen
