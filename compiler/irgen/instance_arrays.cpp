// Products, and the same elements in another arrangement.
#include <algorithm>

#include "compiler/irgen/instance.h"
#include "compiler/support/check.h"

namespace rnnc::irgen {

using ir::DimId;
using ir::ValueId;
namespace node = sema::node;

namespace {

Axes part(const Axes& axes, size_t begin, size_t count) {
  return {axes.begin() + static_cast<std::ptrdiff_t>(begin),
          axes.begin() + static_cast<std::ptrdiff_t>(begin + count)};
}

// Names for the summed axes, none of them one of `taken`: each keeps what one of the two sides calls it, if
// it can.
Axes name_summed(Dims& dims, const Axes& left, const Axes& right, Axes taken) {
  Axes summed;
  for (size_t i = 0; i < left.size(); ++i) {
    auto is_free = [&](DimId dim) { return std::find(taken.begin(), taken.end(), dim) == taken.end(); };
    DimId name = is_free(left[i]) ? left[i] : is_free(right[i]) ? right[i] : dims.another(left[i], taken);
    summed.push_back(name);
    taken.push_back(name);
  }
  return summed;
}

}  // namespace

// How many axes some of a shape's sizes are: a pack among them may be any number.
size_t Instance::count_axes(const sema::Shape& shape, size_t begin, size_t count) const {
  auto first = shape.begin() + static_cast<std::ptrdiff_t>(begin);
  return use_.sizes.shape({first, first + static_cast<std::ptrdiff_t>(count)}).size();
}

ValueId Instance::make(const node::Contract& n, const sema::Node& node) {
  const sema::Shape& right_shape = body_[n.right].type.shape;
  const size_t batch = count_axes(right_shape, 0, n.batch);
  const size_t summed = count_axes(right_shape, n.batch, n.summed);
  ValueId left = at(n.left), right = at(n.right);
  const Axes left_axes = arrays().axes(left), right_axes = arrays().axes(right), out = axes_of(node);
  const size_t left_rest = left_axes.size() - batch - summed;
  const Axes together = part(out, 0, batch);
  const Axes over =
      name_summed(dims(), part(left_axes, batch + left_rest, summed), part(right_axes, batch, summed), out);
  left = arrays().with_axes(left, joined(joined(together, part(out, batch, left_rest)), over));
  const size_t before = batch + left_rest;
  right = arrays().with_axes(right, joined(joined(together, over), part(out, before, out.size() - before)));
  const Axes lead = arrays().wider_lead(left, right);
  return build().contract(left, right, over, {ir::Element::real, joined(lead, out)});
}

ValueId Instance::make(const node::Join& n, const sema::Node& node) {
  const Axes axes = axes_of(node);
  std::vector<ValueId> parts = at(n.parts);
  arrays().align(parts);
  if (parts.size() == 1) return arrays().with_axes(parts[0], axes);
  for (ValueId& part : parts) {
    if (arrays().axes(part).empty()) part = arrays().with_axes(part, {dims().other(sema::Size(1), {})});
  }
  return build().concat(parts, axes.back(), joined(arrays().lead(parts[0]), axes));
}

ValueId Instance::make(const node::Part& n, const sema::Node& node) {
  const DimId to = axes_of(node).back();
  const DimId from = arrays().axes(at(n.value)).back();
  return build().slice(at(n.value), from, to, n.index * dims().size(to));
}

ValueId Instance::make(const node::Reshape& n, const sema::Node&) { return at(n.value); }

}  // namespace rnnc::irgen
