#include "compiler/schedule/tile_graph.h"

#include <algorithm>

namespace rnnc::schedule {

using ir::DimId;
using ir::ValueId;

namespace {

// How many sums wait for the graph at once: half of a small first cache, and of four gates 72 rows.
constexpr int kSums = 4608;
// How many vectors of sums a row by itself has: enough that none waits for the one before it to be added.
constexpr int kRowVectors = 8;

}  // namespace

bool TileGraph::fits(const Product& product) {
  if (!enabled_) return false;
  if (!first_) {
    size_t dims = product.batch.size() + product.m.size() + product.n.size();
    auto has = [&](DimId dim) { return in(product.batch, dim) || in(product.m, dim) || in(product.n, dim); };
    if (dims != over_.size() || !std::all_of(over_.begin(), over_.end(), has)) return false;
    first_ = product;
    return true;
  }
  return product.batch == first_->batch && product.m == first_->m && product.n == first_->n;
}

bool TileGraph::is_read_once(ValueId value) const {
  return !stored_.contains(value) && !scope_.is_wanted(value) && scope_.readers(value).size() == 1;
}

// The products of a value that is a sum without a slot.
std::optional<TileGraph::Products> TileGraph::open(ValueId value) {
  auto found = joined_.find(value);
  if (found != joined_.end()) return found->second;
  const Product* product = scope_.waiting(value);
  if (!product || !fits(*product)) return std::nullopt;
  return Products{*product};
}

bool TileGraph::join(const ir::Instr& addition) {
  if (!scope_.choices().join_sums) return false;
  ValueId a = addition.operands[0], b = addition.operands[1];
  if (!is_read_once(a) || !is_read_once(b)) return false;
  auto first = open(a), second = open(b);
  if (!first || !second) return false;
  first->insert(first->end(), second->begin(), second->end());
  joined_[addition.results[0]] = std::move(*first);
  return true;
}

std::optional<Sum> TileGraph::sum(ValueId value) {
  auto products = open(value);
  if (!products) return std::nullopt;
  slots_.push_back(std::move(*products));
  return Sum{static_cast<int16_t>(slots_.size() - 1)};
}

std::vector<ValueId> TileGraph::values() const {
  std::vector<ValueId> values;
  for (const Products& slot : slots_) {
    for (const Product& product : slot) values.push_back(product.c);
  }
  return values;
}

bool TileGraph::runs(const TileStage& stage) const {
  const ir::DimTable& dims = scope_.dims();
  auto even = [&](const Access& access) {
    return joint_stride(access, stage.rows, dims) && joint_stride(access, stage.units, dims);
  };
  // An index is known only along a loop of its own.
  auto counted = [&](DimId dim) {
    return !dim.valid() || in(stage.outer, dim) || !in(over_, dim) || stage.rows == std::vector{dim} ||
           stage.units == std::vector{dim};
  };
  auto reads = [&](const Load& load) {
    if (const auto* access = std::get_if<Access>(&load.from)) return even(*access);
    if (const auto* index = std::get_if<Index>(&load.from)) return counted(index->dim);
    if (const auto* draw = std::get_if<Draw>(&load.from)) {
      return counted(draw->time) && counted(draw->batch) &&
             std::all_of(draw->elements.begin(), draw->elements.end(), counted);
    }
    return true;
  };
  const Lanes& lanes = stage.lanes;
  return std::all_of(lanes.loads.begin(), lanes.loads.end(), reads) &&
         std::all_of(lanes.stores.begin(), lanes.stores.end(),
                     [&](const Store& store) { return even(store.to); }) &&
         std::all_of(stage.products.begin(), stage.products.end(), [&](const TileProduct& product) {
           return joint_stride(product.a, stage.rows, dims).has_value();
         });
}

// As many dims as can be are rows: few long loops have fewer low tiles.
std::optional<TileStage> TileGraph::stage(const LaneGraph& graph) const {
  TileStage stage{{},
                  static_cast<int16_t>(slots_.size()),
                  first_->batch,
                  first_->batch,
                  first_->m,
                  first_->n,
                  {},
                  first_->tile};
  for (size_t slot = 0; slot < slots_.size(); ++slot) {
    for (const Product& product : slots_[slot])
      stage.products.push_back({product.a, {product.packed}, product.k, static_cast<int16_t>(slot)});
  }
  const int tile_sums = stage.slots * stage.tile.rows * stage.tile.vectors * scope_.plan().machine.lanes;
  stage.tile.m_block = std::clamp(kSums / tile_sums, 1, stage.tile.m_block);
  if (scope_.choices().row_panels) {
    stage.row_panels = std::max(1, kRowVectors / stage.tile.vectors);
    if (scope_.loop().valid()) stage.to_and_fro = scope_.plan()[scope_.loop()].time;
  }
  for (; !stage.rows.empty(); stage.rows.erase(stage.rows.begin())) {
    std::vector<DimId> order = stage.outer;
    order.insert(order.end(), stage.rows.begin(), stage.rows.end());
    order.insert(order.end(), stage.units.begin(), stage.units.end());
    stage.lanes = graph.finish_in_order(order);
    if (runs(stage)) return stage;
    stage.outer.push_back(stage.rows.front());
  }
  return std::nullopt;
}

}  // namespace rnnc::schedule
