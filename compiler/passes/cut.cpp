#include "compiler/passes/cut.h"

#include <algorithm>
#include <limits>

namespace rnnc::passes {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max() / 4;

// Node n is two vertices: "made before" and, behind its crossing cost, "nothing after reads it".
uint32_t made(Cut::Node node) { return 2 + 2 * node; }
uint32_t read(Cut::Node node) { return 3 + 2 * node; }

}  // namespace

void Cut::connect(uint32_t from, uint32_t to, int64_t capacity) {
  edges_of_[from].push_back(static_cast<uint32_t>(edges_.size()));
  edges_.push_back({to, capacity});
  edges_of_[to].push_back(static_cast<uint32_t>(edges_.size()));
  edges_.push_back({from, 0});
}

Cut::Node Cut::add(int64_t crossing_cost, int64_t cost_after) {
  Node node = static_cast<Node>(edges_of_.size() / 2 - 1);
  edges_of_.resize(edges_of_.size() + 2);
  connect(made(node), read(node), std::min(crossing_cost, kNever));
  if (cost_after > 0) connect(kSource, made(node), cost_after);
  return node;
}

void Cut::reads(Node reader, Node of, bool made_twice) {
  if (!made_twice) connect(made(reader), made(of), kNever);
  connect(read(of), made(reader), kNever);
}

void Cut::pin_before(Node node) { connect(kSource, made(node), kNever); }
void Cut::pin_after(Node node) { connect(made(node), kSink, kNever); }
void Cut::read_after(Node node) { connect(read(node), kSink, kNever); }

bool Cut::layer() {
  depth_.assign(edges_of_.size(), -1);
  depth_[kSource] = 0;
  std::vector<uint32_t> queue = {kSource};
  for (size_t i = 0; i < queue.size(); ++i) {
    for (uint32_t edge : edges_of_[queue[i]]) {
      uint32_t to = edges_[edge].to;
      if (edges_[edge].capacity <= 0 || depth_[to] >= 0) continue;
      depth_[to] = depth_[queue[i]] + 1;
      queue.push_back(to);
    }
  }
  return depth_[kSink] >= 0;
}

// One augmenting path through the layers, found without recursion.
int64_t Cut::push(uint32_t from, int64_t limit) {
  std::vector<uint32_t> path;  // edges
  uint32_t at = from;
  for (;;) {
    if (at == kSink) {
      int64_t flow = limit;
      for (uint32_t edge : path) flow = std::min(flow, edges_[edge].capacity);
      for (uint32_t edge : path) {
        edges_[edge].capacity -= flow;
        edges_[edge ^ 1].capacity += flow;
      }
      return flow;
    }
    bool advanced = false;
    for (size_t& i = next_[at]; i < edges_of_[at].size(); ++i) {
      uint32_t edge = edges_of_[at][i];
      if (edges_[edge].capacity <= 0 || depth_[edges_[edge].to] != depth_[at] + 1) continue;
      path.push_back(edge);
      at = edges_[edge].to;
      advanced = true;
      break;
    }
    if (advanced) continue;
    if (path.empty()) return 0;
    at = edges_[path.back() ^ 1].to;
    ++next_[at];
    path.pop_back();
  }
}

// What the source still reaches, or what still reaches the sink.
std::vector<bool> Cut::reach(bool forward) const {
  std::vector<bool> reached(edges_of_.size(), false);
  std::vector<uint32_t> queue = {forward ? kSource : kSink};
  reached[queue[0]] = true;
  for (size_t i = 0; i < queue.size(); ++i) {
    for (uint32_t edge : edges_of_[queue[i]]) {
      uint32_t to = edges_[edge].to;
      if (edges_[forward ? edge : edge ^ 1].capacity <= 0 || reached[to]) continue;
      reached[to] = true;
      queue.push_back(to);
    }
  }
  return reached;
}

std::vector<bool> Cut::solve(Ties ties) {
  while (layer()) {
    next_.assign(edges_of_.size(), 0);
    while (push(kSource, kNever) > 0) {
    }
  }
  std::vector<bool> reached = reach(ties == Ties::early);
  std::vector<bool> before(edges_of_.size() / 2 - 1);
  for (Node node = 0; node < before.size(); ++node)
    before[node] = reached[made(node)] == (ties == Ties::early);
  return before;
}

}  // namespace rnnc::passes
