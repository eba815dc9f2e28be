#include "compiler/schedule/lane_graph.h"

#include <algorithm>

#include "compiler/support/check.h"

namespace rnnc::schedule {

using ir::DimId;
using ir::Element;

LaneGraph::Token LaneGraph::load(Load load) {
  auto found = std::find(loads_.begin(), loads_.end(), load);
  if (found != loads_.end()) return static_cast<Token>(found - loads_.begin());
  loads_.push_back(std::move(load));
  RNNC_CHECK(loads_.size() < kFirstOp, "a stage of too many loads");
  return static_cast<Token>(loads_.size()) - 1;
}

LaneGraph::Token LaneGraph::op(ir::Op op, std::vector<Token> operands, Element element) {
  ops_.push_back({op, std::move(operands), element});
  RNNC_CHECK(ops_.size() < kFirstOp, "a stage of too many operations");
  return kFirstOp + static_cast<Token>(ops_.size()) - 1;
}

LaneGraph::Token LaneGraph::kept_where(Token value, const std::vector<Token>& conditions) {
  for (Token condition : conditions) {
    value = op(ir::Op::select, {condition, value, number(0, element(value))}, element(value));
  }
  return value;
}

Element LaneGraph::element(Token token) const {
  if (token < kFirstOp) return loads_[static_cast<size_t>(token)].element;
  return ops_[static_cast<size_t>(token - kFirstOp)].element;
}

int16_t LaneGraph::final_number(Token token) const {
  int number = token < kFirstOp ? token : token - kFirstOp + static_cast<int>(loads_.size());
  return static_cast<int16_t>(number);
}

int LaneGraph::merit(DimId dim) const {
  int merit = 0;
  auto count = [&](const Access& access) {
    SizeExpr stride = access.stride(dim);
    if (stride == SizeExpr(1)) {
      ++merit;
    } else if (!stride.is_zero()) {
      --merit;
    }
  };
  for (const Load& load : loads_) {
    if (const auto* access = std::get_if<Access>(&load.from)) count(*access);
    // The rows of a draw have keys of their own, so a vector should stay within one.
    if (const auto* draw = std::get_if<Draw>(&load.from))
      merit += draw->batch == dim || draw->time == dim ? -9 : 0;
  }
  for (const PendingStore& store : stores_) count(store.to);
  return merit;
}

Lanes LaneGraph::finish(std::vector<DimId> dims) const {
  if (!dims.empty()) {
    size_t best = dims.size() - 1;
    for (size_t d = dims.size() - 1; d-- > 0;) {
      if (merit(dims[d]) > merit(dims[best])) best = d;
    }
    auto at = dims.begin() + static_cast<ptrdiff_t>(best);
    std::rotate(at, at + 1, dims.end());
  }
  return finish_in_order(std::move(dims));
}

Lanes LaneGraph::finish_in_order(std::vector<DimId> dims) const {
  Lanes lanes{std::move(dims), loads_, {}, {}};
  for (const PendingOp& pending : ops_) {
    LaneOp lane_op{pending.op, {-1, -1, -1}, pending.element};
    for (size_t i = 0; i < pending.operands.size(); ++i)
      lane_op.operands[i] = final_number(pending.operands[i]);
    lanes.ops.push_back(lane_op);
  }
  for (const PendingStore& store : stores_) lanes.stores.push_back({store.to, final_number(store.value)});
  return lanes;
}

}  // namespace rnnc::schedule
