#include "compiler/schedule/access.h"

#include "compiler/support/check.h"

namespace rnnc::schedule {

using ir::DimId;
using ir::DimTable;

SizeExpr Access::stride(DimId dim) const {
  for (const Axis& axis : axes) {
    if (axis.dim == dim) return axis.stride;
  }
  return 0;
}

Access rows_of(BufferId buffer, const std::vector<DimId>& order, const DimTable& dims) {
  Access access{buffer};
  SizeExpr stride = 1;
  for (size_t i = order.size(); i-- > 0;) {
    access.axes.insert(access.axes.begin(), Axis{order[i], stride});
    stride = stride * SizeExpr::of(order[i], dims);
  }
  return access;
}

namespace {

// Walks over the constant dims of both orders from the fastest on, splitting and merging where sizes meet.
class Reshaper {
 public:
  Reshaper(const Access& access, const DimTable& dims) : access_(access), dims_(dims) {}

  bool match(std::vector<DimId> from, std::vector<DimId> to) {
    while (!from.empty() || !to.empty()) {
      std::vector<DimId> old_group, new_group;
      int64_t old_size = 1, new_size = 1;
      do {
        bool take_old = !from.empty() && (old_size < new_size || (old_group.empty() && old_size == new_size));
        std::vector<DimId>& source = take_old || to.empty() ? from : to;
        if (source.empty()) return false;
        bool is_old = &source == &from;
        (is_old ? old_size : new_size) *= dims_[source.back()].size;
        (is_old ? old_group : new_group).insert((is_old ? old_group : new_group).begin(), source.back());
        source.pop_back();
      } while (old_size != new_size);
      if (!regroup(old_group, new_group)) return false;
    }
    return true;
  }

  std::vector<Axis> axes;

 private:
  bool regroup(const std::vector<DimId>& from, const std::vector<DimId>& to) {
    std::optional<SizeExpr> unit = joint_stride(access_, from, dims_);
    if (!unit) return false;
    SizeExpr stride = *unit;
    for (size_t i = to.size(); i-- > 0;) {
      if (!stride.is_zero()) axes.push_back({to[i], stride});
      stride = stride * SizeExpr(dims_[to[i]].size);
    }
    return true;
  }

  const Access& access_;
  const DimTable& dims_;
};

}  // namespace

std::optional<Access> viewed(const Access& access, const std::vector<DimId>& from,
                             const std::vector<DimId>& to, const DimTable& dims) {
  auto constants = [&](const std::vector<DimId>& all) {
    std::vector<DimId> some;
    for (DimId dim : all) {
      if (dims[dim].kind == ir::DimKind::constant) some.push_back(dim);
    }
    return some;
  };
  Reshaper reshaper(access, dims);
  if (!reshaper.match(constants(from), constants(to))) return std::nullopt;
  Access result{access.buffer, access.offset, {}, access.previous};
  for (const Axis& axis : access.axes) {
    if (dims[axis.dim].kind != ir::DimKind::constant) result.axes.push_back(axis);
  }
  result.axes.insert(result.axes.end(), reshaper.axes.rbegin(), reshaper.axes.rend());
  return result;
}

Access sliced(const Access& access, DimId from, DimId to, int64_t start) {
  Access result = access;
  for (Axis& axis : result.axes) {
    if (axis.dim != from) continue;
    result.offset += SizeExpr(start) * axis.stride;
    axis.dim = to;
  }
  return result;
}

std::optional<SizeExpr> joint_stride(const Access& access, const std::vector<DimId>& order,
                                     const DimTable& dims) {
  SizeExpr unit = 0, next = 0;
  bool first = true;
  for (size_t i = order.size(); i-- > 0;) {
    SizeExpr size = SizeExpr::of(order[i], dims);
    if (size == SizeExpr(1)) continue;
    SizeExpr stride = access.stride(order[i]);
    if (first) unit = stride;
    if (!first && stride != next) return std::nullopt;
    first = false;
    next = stride * size;
  }
  return first ? SizeExpr(1) : unit;
}

}  // namespace rnnc::schedule
