// One use of a body: its nodes as instructions of a place.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/irgen/memory.h"
#include "compiler/irgen/place.h"

namespace rnnc::irgen {

// `lifted`: over all steps at once. `step`: of one step; whatever remembers does so through the place.
enum class Mode { lifted, step };

// A value of a body. `unknown`: bool, where it was computed from a token target that is -1 at this very step;
// absent: nowhere. It has a lead and no axes, and is carried along in lifted bodies only, for losses.
struct Value {
  ir::ValueId id;
  ir::ValueId unknown = {};
};

// What a use of a body depends on.
struct Use {
  const sema::Body& body;
  Mode mode = Mode::lifted;
  std::vector<bool> needed = {};  // by node: what is written
  Environment sizes = {};
  std::string parameters = {}, states = {};    // paths
  bool top = true;                             // the model itself: its inputs are those of the function
  std::vector<Value> inputs = {};              // else these, of the place
  std::map<uint32_t, ir::ValueId> first = {};  // first values of states, of the place
  // The time of each clock of the body; none: the values are those of the present step.
  std::vector<std::optional<ir::DimId>> times = {};
  std::optional<ir::DimId> over = {};             // of a cell that is lifted: the steps that it runs over
  std::map<sema::NodeId, std::string> held = {};  // of a step: values that are inputs of these names
};

class Instance {
 public:
  Instance(Place& place, Use use);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // Writes everything. To be called once.
  void run();
  // What was needed.
  const Value& value(sema::NodeId id) const;
  // The value under all of its node's lead: the time, if it has one, and the batch.
  ir::ValueId whole(sema::NodeId id);
  // The last states of a call that was lifted, by their paths within it.
  const std::map<std::string, ir::ValueId>& finals(sema::NodeId call) const { return finals_.at(call); }

 private:
  using NodeId = sema::NodeId;
  using ValueId = ir::ValueId;

  void begin_memory();
  void finish_memory();
  void write(NodeId id);
  ValueId at(NodeId id) const { return value(id).id; }
  std::vector<ValueId> at(const std::vector<NodeId>& ids) const;
  size_t count_axes(const sema::Shape& shape, size_t begin, size_t count) const;
  Axes axes_of(const sema::Node& node) { return dims().axes(use_.sizes.shape(node.type.shape)); }
  ir::Type type_of(const sema::Node& node);  // with its whole lead
  std::optional<ir::DimId> time_of(const sema::Node& node) const;
  ir::DimId time_of(NodeId id) const;  // of a sequence
  // A sequence, with its time.
  ValueId over_time(NodeId id);

  // One function for each kind of node, by family in instance_*.cpp. The axes of what they return may still
  // have other dims than the node's shape, never another order. Of a call they return nothing.
  ValueId make(const sema::node::Number& n, const sema::Node& node);
  ValueId make(const sema::node::SizeNumber& n, const sema::Node& node);
  ValueId make(const sema::node::Input& n, const sema::Node& node);
  ValueId make(const sema::node::Parameter& n, const sema::Node& node);
  ValueId make(const sema::node::StatePast& n, const sema::Node& node);
  ValueId make(const sema::node::Delayed& n, const sema::Node& node);
  ValueId make(const sema::node::Element& n, const sema::Node& node);
  ValueId make(const sema::node::Broadcast& n, const sema::Node& node);
  ValueId make(const sema::node::Contract& n, const sema::Node& node);
  ValueId make(const sema::node::Join& n, const sema::Node& node);
  ValueId make(const sema::node::Part& n, const sema::Node& node);
  ValueId make(const sema::node::Reshape& n, const sema::Node& node);
  ValueId make(const sema::node::Reduce& n, const sema::Node& node);
  ValueId make(const sema::node::Softmax& n, const sema::Node& node);
  ValueId make(const sema::node::OneHot& n, const sema::Node& node);
  ValueId make(const sema::node::CrossEntropy& n, const sema::Node& node);
  ValueId make(const sema::node::Window& n, const sema::Node& node);
  ValueId make(const sema::node::Dropout& n, const sema::Node& node);
  ValueId make(const sema::node::Zoneout& n, const sema::Node& node);
  ValueId make(const sema::node::Reverse& n, const sema::Node& node);
  ValueId make(const sema::node::Last& n, const sema::Node& node);
  ValueId make(const sema::node::Repeat& n, const sema::Node& node);
  ValueId make(const sema::node::Call& n, const sema::Node& node);
  ValueId make(const sema::node::CallValue& n, const sema::Node& node);

  // Memory.
  ValueId past(const Kept& kept, NodeId present, uint32_t steps);
  const Kept& kept_of(NodeId value) const;

  ValueId reduce_time(const sema::node::Reduce& n, const Axes& over);

  // Draws.
  bool draws() {
    return world().options.training && place_.function().role() == FunctionPlace::Role::forward;
  }
  ValueId chance(double probability, ir::DrawPer per, const Axes& axes, const sema::Node& node);

  // Calls.
  Use use_of(NodeId id, const sema::node::Call& call);
  void call_here(NodeId id, const sema::node::Call& call, Mode mode);
  void call_loop(NodeId id, const sema::node::Call& call);

  // Where a value is unknown.
  ValueId unknown_of(NodeId id);
  ValueId unknown_among(const std::vector<NodeId>& ids);
  struct UnknownRule;

  World& world() { return place_.world(); }
  Dims& dims() { return place_.world().dims; }
  const Dims& dims() const { return place_.world().dims; }
  Arrays& arrays() { return place_.arrays(); }
  ir::Builder& build() { return place_.build(); }

  Place& place_;
  Use use_;
  const sema::Body& body_;
  std::vector<std::string> names_;  // state_names
  std::vector<Kept> kept_;
  std::vector<Value> values_;                                // by node
  std::map<NodeId, std::map<NodeId, Value>> results_;        // of calls, by node of the cell
  std::map<NodeId, std::map<std::string, ValueId>> finals_;  // of calls that became a scan
};

// The time of each clock of a model's body.
std::vector<std::optional<ir::DimId>> times_of(const Dims& dims, const sema::Body& body);

}  // namespace rnnc::irgen
