// Which nodes of a body need which.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/sema/model.h"

namespace rnnc::irgen {

// The nodes that a node reads at any step, in order; of the past of a state none (that is its update's
// business).
std::vector<sema::NodeId> operands(const sema::Node& node);

// For each node, whether one of the roots needs it; a state that is read needs its update.
std::vector<bool> reach(const sema::Body& body, const std::vector<sema::NodeId>& roots);

// What a use of a cell computes in any case: its outputs, and everything that it remembers, so that uses of
// one cell agree on their State.
std::vector<sema::NodeId> cell_roots(const sema::Body& body);

// The nodes of the cell that the needed nodes of the body take from a call, each once, in order.
std::vector<sema::NodeId> taken_from(const sema::Body& body, const std::vector<bool>& needed,
                                     sema::NodeId call);

// The inputs of a cell that a value of it sees at the present step.
std::set<uint32_t> inputs_seen_now(const sema::Body& body, sema::NodeId value);

// The state of which a window holds the last values; none: it holds those of an input or a sequence.
std::optional<uint32_t> state_of(const sema::Body& body, const sema::node::Window& window);

// Where the states of a stateful call, or a delayed value, stand in the paths of the State: one name for each
// node that needs one, unique in the body, the same whatever part of the body is in use. Empty for the other
// nodes.
std::vector<std::string> state_names(const sema::Body& body);

}  // namespace rnnc::irgen
