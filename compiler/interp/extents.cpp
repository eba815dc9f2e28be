#include "compiler/interp/extents.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/used_dims.h"

namespace rnnc::interp {

namespace {

using ir::DimId;
using ir::DimKind;
using support::Failure;
using support::Status;

support::Result<std::vector<int64_t>> read_lengths(const Arguments& arguments, const std::string& time,
                                                   int64_t steps) {
  std::vector<int64_t> lengths(static_cast<size_t>(arguments.batch), steps);
  auto given = arguments.inputs.find("lengths." + time);
  if (given == arguments.inputs.end()) return lengths;
  const Array& array = given->second;
  if (array.values.size() != lengths.size()) {
    return Failure{fmt::format("lengths.{} has {} numbers for a batch of {}", time, array.values.size(),
                               lengths.size())};
  }
  for (size_t b = 0; b < lengths.size(); ++b) {
    double length = array.values[b];
    if (!(length >= 0 && length <= static_cast<double>(steps)) ||
        length != static_cast<double>(static_cast<int64_t>(length))) {
      return Failure{
          fmt::format("lengths.{} of sequence {} is {}, not within 0 and {}", time, b, length, steps)};
    }
    lengths[b] = static_cast<int64_t>(length);
  }
  return lengths;
}

// No type of the function may have more elements than can be addressed.
Status check_sizes(const ir::Function& function, const Extents& extents) {
  for (const ir::Value& value : function.values()) {
    int64_t elements = static_cast<int64_t>(sizeof(double));
    for (DimId dim : value.type.dims) {
      // A dim of size 0 must not hide the overflow of the others.
      if (__builtin_mul_overflow(elements, std::max<int64_t>(extents.size(dim), 1), &elements)) {
        return Failure{fmt::format("{} is too large", ir::to_text(value.type, extents.dims()))};
      }
    }
  }
  for (const ir::Instr& instr : function.instrs()) {
    if (const auto* scan = std::get_if<ir::ScanAttr>(&instr.attributes)) {
      if (Status status = check_sizes(*scan->body, extents); !status) return status;
    }
  }
  return support::ok();
}

}  // namespace

support::Result<Extents> Extents::of(const ir::Function& function, const ir::DimTable& dims,
                                     const Arguments& arguments) {
  if (arguments.batch < 0) return Failure{fmt::format("a batch of {}", arguments.batch)};
  Extents extents;
  extents.dims_ = &dims;
  extents.batch_ = arguments.batch;
  extents.sizes_.assign(dims.size(), -1);
  extents.lengths_.resize(dims.size());
  const std::vector<bool> used = ir::used_dims(function, dims);
  for (uint32_t i = 0; i < dims.size(); ++i) {
    const ir::Dim& dim = dims[DimId{i}];
    if (dim.kind == DimKind::constant) extents.sizes_[i] = dim.size;
    if (dim.kind == DimKind::batch) extents.sizes_[i] = arguments.batch;
    if (dim.kind != DimKind::time || !used[i]) continue;
    auto steps = arguments.steps.find(dim.name);
    if (steps == arguments.steps.end()) return Failure{fmt::format("no number of steps for {}", dim.name)};
    if (steps->second < 0) return Failure{fmt::format("{} steps for {}", steps->second, dim.name)};
    extents.sizes_[i] = steps->second;
  }
  if (Status status = check_sizes(function, extents); !status) return status.error();
  for (uint32_t i = 0; i < dims.size(); ++i) {
    if (dims[DimId{i}].kind != DimKind::time || !used[i]) continue;
    auto lengths = read_lengths(arguments, dims[DimId{i}].name, extents.sizes_[i]);
    if (!lengths) return lengths.error();
    extents.lengths_[i] = std::move(*lengths);
  }
  return extents;
}

int64_t Extents::longest(DimId time) const {
  int64_t most = 0;
  for (int64_t length : lengths(time)) most = std::max(most, length);
  return most;
}

bool Extents::ragged(DimId time) const {
  const auto& all = lengths(time);
  return std::any_of(all.begin(), all.end(), [&](int64_t length) { return length < size(time); });
}

std::vector<int64_t> Extents::shape(const ir::Type& type) const {
  std::vector<int64_t> sizes;
  for (DimId dim : type.dims) sizes.push_back(size(dim));
  return sizes;
}

Strides Extents::strides(const ir::Type& type, const std::vector<DimId>& nest) const {
  Strides strides(nest.size(), 0);
  int64_t stride = 1;
  for (size_t i = type.dims.size(); i-- > 0;) {
    for (size_t d = 0; d < nest.size(); ++d) {
      if (nest[d] == type.dims[i]) strides[d] = stride;
    }
    stride *= size(type.dims[i]);
  }
  return strides;
}

Strides Extents::counter(DimId dim, const std::vector<DimId>& nest) {
  Strides strides(nest.size(), 0);
  for (size_t d = 0; d < nest.size(); ++d) {
    if (nest[d] == dim) strides[d] = 1;
  }
  return strides;
}

std::vector<DimId> Extents::of_kind(const ir::Type& type, DimKind kind) const {
  std::vector<DimId> found;
  for (DimId dim : type.dims) {
    if ((*dims_)[dim].kind == kind) found.push_back(dim);
  }
  return found;
}

}  // namespace rnnc::interp
