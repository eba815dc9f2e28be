#include "compiler/irgen/place.h"

#include "compiler/ir/used_dims.h"
#include "compiler/irgen/live.h"
#include "compiler/support/check.h"

namespace rnnc::irgen {

using ir::DimId;
using ir::ValueId;

namespace {

const char* name_of(FunctionPlace::Role role) {
  switch (role) {
    case FunctionPlace::Role::forward:
      return "forward";
    case FunctionPlace::Role::begin:
      return "begin";
    case FunctionPlace::Role::step:
      return "step";
  }
  RNNC_UNREACHABLE("a function of no role");
}

}  // namespace

FunctionPlace::FunctionPlace(World& world, Role role) : Place(world, name_of(role)), role_(role) {}

template <class Make>
ValueId FunctionPlace::once(const std::string& key, Make make) {
  auto found = made_.find(key);
  if (found != made_.end()) return found->second;
  ValueId value = make();
  made_.emplace(key, value);
  return value;
}

ValueId FunctionPlace::param(const std::string& path, const Axes& axes) {
  ValueId value = once("param " + path, [&] { return build().param(path, {ir::Element::real, axes}); });
  return build().view(value, axes);
}

ValueId FunctionPlace::input(const std::string& name, ir::Type type) {
  return once("input " + name, [&] { return build().input(name, std::move(type)); });
}

ValueId FunctionPlace::lengths(DimId time) {
  const Dims& dims = world().dims;
  return input("lengths." + dims.table()[time].name, {ir::Element::i32, {dims.batch()}});
}

// What begins has no window before.
ValueId FunctionPlace::begins() {
  const ir::Type type{ir::Element::boolean, {world().dims.batch()}};
  if (role_ != Role::begin) return input("sequence.begins", type);
  return once("begins", [&] { return build().constant(1, type); });
}

ValueId FunctionPlace::first_steps(DimId time) {
  return once("first steps of " + world().dims.table()[time].name, [&] {
    const Axes lead = {time, world().dims.batch()};
    ValueId step = arrays().spread(build().iota(time), lead);
    ValueId zero = arrays().binary(ir::Op::equal, step, 0.0);
    return arrays().select(zero, arrays().spread(begins(), lead), 0.0);
  });
}

ValueId FunctionPlace::draw(const ir::RandomAttr& how, const Axes& axes, std::optional<DimId> time) {
  Axes lead;
  if (how.per == ir::DrawPer::step && time) lead.push_back(*time);
  if (how.per != ir::DrawPer::parameter) lead.push_back(world().dims.batch());
  bool truth = how.distribution == ir::Distribution::bernoulli;
  return build().random(how, {truth ? ir::Element::boolean : ir::Element::real, joined(lead, axes)});
}

bool FunctionPlace::begins_outside(const std::string& path) const {
  auto origin = world().origins.find(path);
  return origin != world().origins.end() && origin->second.outside;
}

void FunctionPlace::enter(const Remembered& what) {
  auto [known, fresh] = world().origins.emplace(what.entry.path, what.origin);
  RNNC_CHECK(fresh == (role_ == Role::forward),
             "a state that `forward` has not, or one that it meets twice: " + what.entry.path);
  if (fresh) world().module.state.push_back(what.entry);
}

ValueId FunctionPlace::first_value(const ir::StateEntry& entry, ValueId given) {
  if (!given.valid() && !entry.first_parameter.empty()) {
    given = param(entry.first_parameter, entry.type.without(world().dims.batch()).dims);
  }
  if (!given.valid()) return arrays().number(entry.first, entry.type.dims, entry.type.element);
  return arrays().spread(given, entry.type.dims);
}

ValueId FunctionPlace::recall(const Remembered& what, ValueId given) {
  Remembered entered = what;
  ir::StateEntry& entry = entered.entry;
  if (given.valid()) {
    entry.given = true;
    entry.first_parameter.clear();
  }
  enter(entered);
  if (role_ == Role::begin) return first_value(entry, given);
  ValueId state = input("state." + entry.path, entry.type);
  const bool computed = given.valid() || !entry.first_parameter.empty();
  if (role_ == Role::step || !computed) return state;
  return arrays().select(begins(), first_value(entry, given), state);
}

ir::Function FunctionPlace::take() {
  // A scan of which only the last values are read has its time in no type.
  const std::vector<bool> used = ir::used_dims(only_live(code(), world().module.dims), world().module.dims);
  for (uint32_t i = 0; i < used.size(); ++i) {
    if (used[i] && world().dims.is_time(DimId{i})) lengths(DimId{i});
  }
  return only_live(code(), world().module.dims);
}

}  // namespace rnnc::irgen
