#include "compiler/irgen/dims.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/irgen/refusal.h"

namespace rnnc::irgen {

std::string time_name(const std::vector<std::string>& clocks, sema::Clock clock) {
  return clocks.size() == 1 ? "T" : "T." + clocks[clock];
}

Dims::Dims(ir::DimTable& table, const std::map<std::string, int64_t>& sizes,
           const std::vector<std::string>& clocks)
    : table_(table), sizes_(sizes), batch_(table.add(ir::DimKind::batch, "B")) {
  for (sema::Clock clock = 0; clock < clocks.size(); ++clock) {
    times_.push_back(table.add(ir::DimKind::time, time_name(clocks, clock)));
  }
}

ir::DimId Dims::axis(const sema::Size& size, uint32_t occurrence) {
  Axes& occurrences = by_size_[size];
  while (occurrences.size() <= occurrence) {
    occurrences.push_back(table_.add(ir::DimKind::constant, size.text(), number(size)));
    size_of_.emplace(occurrences.back(), size);
  }
  return occurrences[occurrence];
}

Axes Dims::axes(const sema::Shape& shape) {
  std::map<sema::Size, uint32_t> seen;
  Axes result;
  for (const sema::Size& size : shape) result.push_back(axis(size, seen[size]++));
  return result;
}

ir::DimId Dims::other(const sema::Size& size, const Axes& taken) {
  for (uint32_t occurrence = 0;; ++occurrence) {
    ir::DimId dim = axis(size, occurrence);
    if (std::find(taken.begin(), taken.end(), dim) == taken.end()) return dim;
  }
}

int64_t Dims::number(const sema::Size& size) const {
  auto value = size.evaluate(sizes_);
  if (!value || *value < 1) {
    refuse(fmt::format("the dimension `{}` is no positive whole number under these sizes", size.text()),
           span_);
  }
  return *value;
}

double Dims::real(const sema::Size& size) const {
  auto value = size.evaluate_real(sizes_);
  if (!value) refuse(fmt::format("the size `{}` has no value", size.text()), span_);
  return *value;
}

int64_t Dims::elements(const Axes& axes) const {
  int64_t product = 1;
  for (ir::DimId dim : axes) product *= table_[dim].size;
  return product;
}

Environment Environment::inside(const sema::node::Call& call) const {
  Environment result;
  for (const auto& [name, stands_for] : call.sizes) result.names_[name] = shape(stands_for);
  return result;
}

}  // namespace rnnc::irgen
