// The sizes of a call: what the dims of a function are while it runs, and how far each sequence goes.
#pragma once

#include <vector>

#include "compiler/interp/interpret.h"
#include "compiler/interp/nest.h"

namespace rnnc::interp {

class Extents {
 public:
  // Fails if a time that the function uses has no number of steps, or lengths do not fit.
  static support::Result<Extents> of(const ir::Function& function, const ir::DimTable& dims,
                                     const Arguments& arguments);

  const ir::DimTable& dims() const { return *dims_; }
  int64_t batch() const { return batch_; }
  int64_t size(ir::DimId dim) const { return sizes_[dim.index]; }
  // Of a time: the steps of each sequence.
  const std::vector<int64_t>& lengths(ir::DimId time) const { return lengths_[time.index]; }
  int64_t longest(ir::DimId time) const;
  // Whether any sequence ends before the last step.
  bool ragged(ir::DimId time) const;

  std::vector<int64_t> shape(const ir::Type& type) const;
  // The strides of a row-major array of this type along the dims of a loop nest.
  Strides strides(const ir::Type& type, const std::vector<ir::DimId>& nest) const;
  // 1 along `dim`, 0 along all others: counts the index of that dim.
  static Strides counter(ir::DimId dim, const std::vector<ir::DimId>& nest);
  // The dims of that kind in a type, in order.
  std::vector<ir::DimId> of_kind(const ir::Type& type, ir::DimKind kind) const;

 private:
  const ir::DimTable* dims_ = nullptr;
  int64_t batch_ = 0;
  std::vector<int64_t> sizes_;                 // by dim; -1 for a time that the function does not use
  std::vector<std::vector<int64_t>> lengths_;  // by dim
};

}  // namespace rnnc::interp
