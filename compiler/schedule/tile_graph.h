// Which of the products that wait run in the tiles of an element-wise graph, and in which slots their sums
// are.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "compiler/schedule/scope.h"

namespace rnnc::schedule {

class TileGraph {
 public:
  // Of a graph over the dims `over` that stores the values `stored`. Not `enabled`: no product runs in it.
  TileGraph(Scope& scope, const std::vector<ir::DimId>& over, const std::set<ir::ValueId>& stored,
            bool enabled)
      : scope_(scope), over_(over), stored_(stored), enabled_(enabled) {}

  // An addition of two sums that nothing else reads is one sum of the products of both; then it is no
  // operation.
  bool join(const ir::Instr& addition);
  // The sum that a value is; nothing if it is none, or if its product does not fit the others, which then are
  // made before.
  std::optional<Sum> sum(ir::ValueId value);

  bool any() const { return !slots_.empty(); }
  // The values of all products that run in it.
  std::vector<ir::ValueId> values() const;
  // Nothing if its arrays are not evenly spaced along rows and units.
  std::optional<TileStage> stage(const LaneGraph& graph) const;

 private:
  using Products = std::vector<Product>;
  std::optional<Products> open(ir::ValueId value);
  bool fits(const Product& product);
  bool is_read_once(ir::ValueId value) const;
  bool runs(const TileStage& stage) const;

  Scope& scope_;
  const std::vector<ir::DimId>& over_;
  const std::set<ir::ValueId>& stored_;
  bool enabled_;
  std::optional<Product> first_;            // that decides which dims are rows and which units
  std::map<ir::ValueId, Products> joined_;  // sums that have no slot yet
  std::vector<Products> slots_;
};

}  // namespace rnnc::schedule
