#include "compiler/schedule/freeze.h"

#include <algorithm>
#include <set>

#include "compiler/schedule/slots.h"
#include "compiler/schedule/uses.h"
#include "compiler/support/check.h"

namespace rnnc::schedule {

namespace {

using Dims = std::vector<ir::DimId>;

// The offsets of all elements over some dims, the last fastest.
std::vector<int64_t> offsets_over(const Plan& plan, const Access& access, const Dims& dims) {
  std::vector<int64_t> offsets = {0};
  for (ir::DimId dim : dims) {
    const int64_t stride = access.stride(dim).constant();
    std::vector<int64_t> inner;
    for (int64_t offset : offsets) {
      for (int64_t i = 0; i < plan.dims[dim].size; ++i) inner.push_back(offset + i * stride);
    }
    offsets = std::move(inner);
  }
  return offsets;
}

std::vector<double> panels_of(const Plan& plan, const PackStage& pack, const std::vector<float>& weights) {
  const std::vector<int64_t> batch = offsets_over(plan, pack.from, pack.batch),
                             n = offsets_over(plan, pack.from, pack.n),
                             k = offsets_over(plan, pack.from, pack.k);
  const auto width = static_cast<size_t>(pack.width);
  std::vector<double> panels;
  for (int64_t matrix : batch) {
    for (size_t first = 0; first < n.size(); first += width) {
      for (int64_t step : k) {
        for (size_t column = first; column < first + width; ++column) {
          const int64_t at = column < n.size() ? pack.from.offset.constant() + matrix + step + n[column] : 0;
          panels.push_back(column < n.size() ? weights.at(static_cast<size_t>(at)) : 0);
        }
      }
    }
  }
  return panels;
}

// Takes stages out; those that stay have other numbers.
void remove(Plan& plan, const std::set<uint32_t>& gone) {
  std::vector<Stage> stages;
  std::vector<uint32_t> number(plan.stages.size());
  for (uint32_t i = 0; i < plan.stages.size(); ++i) {
    number[i] = static_cast<uint32_t>(stages.size());
    if (!gone.contains(i)) stages.push_back(std::move(plan.stages[i]));
  }
  auto renumber = [&](std::vector<Node>& nodes) {
    std::erase_if(nodes, [&](const Node& node) {
      const auto* stage = std::get_if<StageId>(&node);
      return stage && gone.contains(stage->index);
    });
    for (Node& node : nodes) {
      if (auto* stage = std::get_if<StageId>(&node)) stage->index = number[stage->index];
    }
  };
  renumber(plan.body);
  for (TimeLoop& loop : plan.loops) renumber(loop.body);
  plan.stages = std::move(stages);
}

}  // namespace

Plan frozen(const Plan& plan, const std::map<std::string, std::vector<float>>& weights) {
  Plan result = plan;
  std::set<uint32_t> gone;
  for (uint32_t i = 0; i < plan.stages.size(); ++i) {
    const auto* pack = std::get_if<PackStage>(&plan.stages[i].kind);
    if (!pack || plan[pack->from.buffer].place != Place::param) continue;
    auto known = weights.find(plan.params[plan[pack->from.buffer].index].name);
    if (known == weights.end()) continue;
    Buffer& panels = result.buffers[pack->to.buffer.index];
    panels.place = Place::constant;
    panels.index = static_cast<uint32_t>(result.constants.size());
    panels.slot = {};
    result.constants.push_back({ir::Element::real, panels_of(plan, *pack, known->second)});
    RNNC_CHECK(SizeExpr(static_cast<int64_t>(result.constants.back().values.size())) == panels.elements,
               "panels of another size than their buffer");
    gone.insert(i);
  }
  remove(result, gone);
  set_lifetimes(result);
  assign_slots(result);
  return result;
}

bool reads_param(const Plan& plan, size_t param) {
  return std::any_of(plan.stages.begin(), plan.stages.end(), [&](const Stage& stage) {
    bool reads = false;
    for_each_access(stage.kind, [&](const Access& access, Use) {
      const Buffer& buffer = plan[access.buffer];
      reads |= buffer.place == Place::param && buffer.index == param;
    });
    return reads;
  });
}

}  // namespace rnnc::schedule
