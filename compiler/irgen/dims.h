// Dimensions of the IR for the sizes of the language: one for each pair of a size in the model's names and
// its occurrence within a shape. [H, H] is f32[H,H'], wherever it stands; so equal shapes are equal types.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/type.h"
#include "compiler/sema/model.h"

namespace rnnc::irgen {

using Axes = std::vector<ir::DimId>;

// What the functions of a model call the time of one of its clocks: T where there is one, else T.<the clock's
// name>.
std::string time_name(const std::vector<std::string>& clocks, sema::Clock clock);

class Dims {
 public:
  // `clocks`: of the model's body. A single one is T, of several each is T.<its name>.
  Dims(ir::DimTable& table, const std::map<std::string, int64_t>& sizes,
       const std::vector<std::string>& clocks);

  const ir::DimTable& table() const { return table_; }
  ir::DimId batch() const { return batch_; }
  ir::DimId time(sema::Clock clock) const { return times_[clock]; }

  bool is_time(ir::DimId dim) const { return table_[dim].kind == ir::DimKind::time; }

  // The canonical dims of a shape in the model's names.
  Axes axes(const sema::Shape& shape);
  // The first dim of that size, or of that dim's, that is not among `taken`.
  ir::DimId other(const sema::Size& size, const Axes& taken);
  ir::DimId another(ir::DimId like, const Axes& taken) { return other(size_of_.at(like), taken); }

  // Where sizes are used from here on: what a refusal points at.
  void at(support::Span span) { span_ = span; }
  int64_t number(const sema::Size& size) const;  // refuses what is not whole
  double real(const sema::Size& size) const;
  int64_t size(ir::DimId dim) const { return table_[dim].size; }
  int64_t elements(const Axes& axes) const;

 private:
  ir::DimId axis(const sema::Size& size, uint32_t occurrence);

  ir::DimTable& table_;
  const std::map<std::string, int64_t>& sizes_;
  ir::DimId batch_;
  std::vector<ir::DimId> times_;
  std::map<sema::Size, Axes> by_size_;  // the occurrences of each
  std::map<ir::DimId, sema::Size> size_of_;
  support::Span span_;
};

// What the names and packs of a body stand for, in the model's names.
class Environment {
 public:
  Environment() = default;  // the model's own: each name stands for itself

  // That of a body which is called here.
  Environment inside(const sema::node::Call& call) const;
  sema::Shape shape(const sema::Shape& shape) const { return substitute(shape, names_); }
  sema::Size size(const sema::Size& size) const { return size.substitute(names_); }

 private:
  std::map<std::string, sema::Shape> names_;
};

}  // namespace rnnc::irgen
