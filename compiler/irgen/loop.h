// The body of a scan: a stateful cell that a model runs over a sequence, with all cells inside.
#pragma once

#include "compiler/irgen/place.h"

namespace rnnc::irgen {

class Loop final : public Place {
 public:
  // `root`: the path of the cell in the State.
  Loop(FunctionPlace& host, ir::DimId time, std::string root)
      : Place(host.world(), root), host_(host), time_(time), root_(std::move(root)) {}

  FunctionPlace& function() override { return host_; }
  ir::ValueId param(const std::string& path, const Axes& axes) override {
    return import(host_.param(path, axes));
  }
  ir::ValueId lengths(ir::DimId time) override { return import(host_.lengths(time)); }
  ir::ValueId draw(const ir::RandomAttr& how, const Axes& axes, std::optional<ir::DimId> time) override;
  ir::ValueId recall(const Remembered& what) override;
  void remember(const std::string& path, ir::ValueId next) override;
  bool begins_outside(const std::string& path) const override { return init_.contains(relative(path)); }
  ir::ValueId first_step() override { return import(host_.first_steps(time_)); }

  // First values that the model gives, values of the host: of a state of the cell itself at all of its
  // delays, ...
  void begin_state(const std::string& base, ir::ValueId first) { given_[base] = first; }
  // ... or of all entries by their paths within the cell, the last values of another call.
  using Finals = std::map<std::string, ir::ValueId>;
  void begin_all(Finals finals, support::Span span) { init_ = std::move(finals), init_span_ = span; }

  // A value of the host as the body sees it: the present step of what runs over the loop's time, anything
  // else whole.
  ir::ValueId import(ir::ValueId outside);
  // Ends the body: it yields `outs` (each with the batch). Returns these over time, values of the host.
  std::vector<ir::ValueId> finish(const std::vector<ir::NamedResult>& outs);
  // After finish(): by path within the cell.
  const Finals& finals() const { return finals_; }

 private:
  struct Import {
    ir::ValueId outside, inside;
  };
  struct Carry {
    std::string path;
    ir::ValueId first, inside, next;
  };
  std::string relative(const std::string& path) const {
    return root_.empty() ? path : path.substr(root_.size() + 1);
  }
  ir::ValueId outer_first(const Remembered& what);
  // Forgets what the body turned out not to read.
  void drop_unread();
  // The body with its parameters in the order of a scan.
  ir::Function arranged();

  FunctionPlace& host_;
  ir::DimId time_;
  std::string root_;
  std::map<std::string, ir::ValueId> given_;
  Finals init_, finals_;
  support::Span init_span_;
  std::vector<Import> each_, with_;
  std::vector<Carry> carries_;
};

}  // namespace rnnc::irgen
