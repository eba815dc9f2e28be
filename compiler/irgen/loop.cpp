#include "compiler/irgen/loop.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/rewrite.h"
#include "compiler/irgen/live.h"
#include "compiler/irgen/refusal.h"
#include "compiler/support/check.h"

namespace rnnc::irgen {

using ir::ValueId;

ValueId Loop::import(ValueId outside) {
  const ir::Type type = host_.arrays().type(outside);
  auto& imports = type.has(time_) ? each_ : with_;
  auto found =
      std::find_if(imports.begin(), imports.end(), [&](const Import& i) { return i.outside == outside; });
  if (found != imports.end()) return found->inside;
  ValueId inside = code().add_parameter(type.without(time_), host_.code()[outside].name);
  imports.push_back({outside, inside});
  return inside;
}

ValueId Loop::draw(const ir::RandomAttr& how, const Axes& axes, std::optional<ir::DimId>) {
  return import(host_.draw(how, axes, time_));
}

ValueId Loop::outer_first(const Remembered& what) {
  if (auto given = given_.find(what.origin.base); given != given_.end()) return given->second;
  auto last = init_.find(relative(what.entry.path));
  if (last == init_.end()) return {};
  if (host_.arrays().type(last->second) != what.entry.type) {
    refuse(fmt::format("`init`: `{}` has another shape or kind than its first value", what.entry.path),
           init_span_,
           "the layers on both sides remember inputs of different shapes; give single states by name");
  }
  return last->second;
}

ValueId Loop::recall(const Remembered& what) {
  Remembered outer = what;
  outer.origin.outside = begins_outside(what.entry.path);
  ValueId first = host_.recall(outer, outer_first(what));
  ValueId inside = code().add_parameter(what.entry.type, what.entry.path);
  carries_.push_back({what.entry.path, first, inside, {}});
  return inside;
}

void Loop::remember(const std::string& path, ValueId next) {
  auto carry = std::find_if(carries_.begin(), carries_.end(), [&](const Carry& c) { return c.path == path; });
  RNNC_CHECK(carry != carries_.end(), path);
  carry->next = next;
}

void Loop::drop_unread() {
  const std::vector<bool> live = live_values(code());
  for (auto* imports : {&each_, &with_}) {
    std::erase_if(*imports, [&](const Import& import) { return !live[import.inside.index]; });
  }
}

ir::Function Loop::arranged() {
  ir::Rewriter copy(code(), world().module.dims, ir::Rewriter::Parameters::own);
  for (const Import& import : each_) copy.copy_parameter(import.inside);
  for (const Import& import : with_) copy.copy_parameter(import.inside);
  for (const Carry& carry : carries_) copy.copy_parameter(carry.inside);
  const std::vector<bool> live = live_values(code());
  for (uint32_t i = 0; i < code().instrs().size(); ++i) {
    if (live[code().instrs()[i].results[0].index]) copy.copy(ir::InstrId{i});
  }
  return copy.finish();
}

std::vector<ValueId> Loop::finish(const std::vector<ir::NamedResult>& outs) {
  for (const ir::NamedResult& out : outs) code().add_result(out.name, out.value);
  for (const Carry& carry : carries_) code().add_result(carry.path, carry.next);
  drop_unread();
  ir::ScanAttr how;
  how.time = time_;
  how.outs = static_cast<uint32_t>(outs.size());
  how.body = std::make_shared<const ir::Function>(arranged());
  std::vector<ValueId> each, with, first;
  for (const Import& import : each_) each.push_back(import.outside);
  for (const Import& import : with_) with.push_back(import.outside);
  for (const Carry& carry : carries_) first.push_back(carry.first);
  std::vector<ValueId> results = host_.build().scan(std::move(how), each, with, first);
  for (size_t i = 0; i < carries_.size(); ++i) {
    ValueId last = results[outs.size() + i];
    host_.remember(carries_[i].path, last);
    finals_[relative(carries_[i].path)] = last;
  }
  results.resize(outs.size());
  return results;
}

}  // namespace rnnc::irgen
