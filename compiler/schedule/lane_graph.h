// Collects loads and ops of one element-wise stage.
#pragma once

#include <vector>

#include "compiler/schedule/plan.h"

namespace rnnc::schedule {

// Numbers of values are those of Lanes once `finish` has been called; until then they are tokens.
class LaneGraph {
 public:
  using Token = int;

  Token load(Load load);  // the same one for an equal load
  Token op(ir::Op op, std::vector<Token> operands, ir::Element element);
  Token number(double value, ir::Element element) { return load({Number{value}, element}); }
  // `value` where all conditions hold, else 0.
  Token kept_where(Token value, const std::vector<Token>& conditions);
  void store(const Access& to, Token value) { stores_.push_back({to, value}); }

  ir::Element element(Token token) const;
  size_t size() const { return loads_.size() + ops_.size(); }
  // The loops over `dims`, of which the one that walks best through memory comes last.
  Lanes finish(std::vector<ir::DimId> dims) const;
  // In the order given.
  Lanes finish_in_order(std::vector<ir::DimId> dims) const;
  int16_t final_number(Token token) const;
  // How many of the accesses are contiguous along the dim, less those that jump.
  int merit(ir::DimId dim) const;

 private:
  static constexpr Token kFirstOp = 1 << 14;
  struct PendingStore {
    Access to;
    Token value;
  };
  struct PendingOp {
    ir::Op op;
    std::vector<Token> operands;
    ir::Element element;
  };
  std::vector<Load> loads_;
  std::vector<PendingOp> ops_;
  std::vector<PendingStore> stores_;
};

}  // namespace rnnc::schedule
