// The cheapest border through a graph of values: which are made before it, which after, and what crosses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rnnc::passes {

// Nodes are values. One made after the border may read one made before, never the other way round. The price
// of a border is the crossing cost of each node before it that something after it reads, plus the cost of
// each node made after it. Solved as a minimum cut with Dinic's algorithm; the graphs are a few hundred nodes
// with few distinct paths, a few phases each.
class Cut {
 public:
  using Node = uint32_t;

  Node add(int64_t crossing_cost, int64_t cost_after = 0);
  // `made_twice`: what stands before the border has the value in any case; after it the value is a second
  // copy.
  void reads(Node reader, Node read, bool made_twice = false);
  void pin_before(Node node);
  void pin_after(Node node);
  // What reads the node stands after the border.
  void read_after(Node node);

  enum class Ties { early, late };  // of equally cheap borders the first or the last
  // For each node, whether it is made before the border.
  std::vector<bool> solve(Ties ties);

 private:
  struct Edge {
    uint32_t to;
    int64_t capacity;
  };
  void connect(uint32_t from, uint32_t to, int64_t capacity);
  bool layer();
  int64_t push(uint32_t from, int64_t limit);
  std::vector<bool> reach(bool forward) const;

  static constexpr uint32_t kSource = 0, kSink = 1;
  std::vector<std::vector<uint32_t>> edges_of_ = std::vector<std::vector<uint32_t>>(2);
  std::vector<Edge> edges_;  // each followed by its reverse
  std::vector<int> depth_;
  std::vector<size_t> next_;
};

}  // namespace rnnc::passes
