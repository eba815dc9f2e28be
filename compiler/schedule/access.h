// Where the elements of a value stand: a buffer, an offset and a stride for each dim. Views, slices and
// broadcasts are other accesses to the same buffer.
#pragma once

#include <optional>
#include <vector>

#include "compiler/schedule/size_expr.h"
#include "compiler/support/id.h"

namespace rnnc::schedule {

struct BufferTag;
using BufferId = support::Id<BufferTag>;

// One step along a dim, in elements.
struct Axis {
  ir::DimId dim;
  SizeExpr stride;
  friend bool operator==(const Axis&, const Axis&) = default;
};

// Dims without an axis repeat the same elements. The axis of a time whose loop encloses the reader stands for
// the step at which that loop is.
struct Access {
  BufferId buffer;
  SizeExpr offset = 0;
  std::vector<Axis> axes = {};
  bool previous = false;  // of a ring: the step before, not this one

  SizeExpr stride(ir::DimId dim) const;  // 0 without an axis
  friend bool operator==(const Access&, const Access&) = default;
};

// Contiguous, the last dim fastest.
Access rows_of(BufferId buffer, const std::vector<ir::DimId>& order, const ir::DimTable& dims);
// The access to the same elements in the order `from`, seen as `to` (ir `view`); nothing if dims to be merged
// are not contiguous.
std::optional<Access> viewed(const Access& access, const std::vector<ir::DimId>& from,
                             const std::vector<ir::DimId>& to, const ir::DimTable& dims);
// Dim `from` called `to`, its elements from `start` on (ir `slice`).
Access sliced(const Access& access, ir::DimId from, ir::DimId to, int64_t start);
// The stride of all these dims taken as one, the last fastest; nothing if they are not evenly spaced.
std::optional<SizeExpr> joint_stride(const Access& access, const std::vector<ir::DimId>& order,
                                     const ir::DimTable& dims);

}  // namespace rnnc::schedule
