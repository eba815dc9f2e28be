// What the functions of a module promise each other.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/ir/verify.h"

namespace rnnc::ir {

namespace {

using support::Failure;
using support::Status;

const std::string kState = "state.";

bool is_state(const std::string& name) { return name.rfind(kState, 0) == 0; }

const NamedType* find(const std::vector<NamedType>& entries, const std::string& name) {
  auto found =
      std::find_if(entries.begin(), entries.end(), [&](const NamedType& e) { return e.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

class ModuleVerifier {
 public:
  explicit ModuleVerifier(const Module& module)
      : module_(module), params_(params_of(module.forward)), inputs_(inputs_of(module.forward)) {}

  Status run() const {
    if (Status status = batch(); !status) return status;
    if (Status status = state(); !status) return status;
    if (Status status = function(module_.forward, "forward"); !status) return status;
    if (module_.gradient) {
      if (Status status = function(*module_.gradient, "gradient"); !status) return status;
    }
    if (module_.begin) {
      if (Status status = function(*module_.begin, "begin"); !status) return status;
    }
    if (!module_.step) return support::ok();
    if (Status status = function(*module_.step, "step"); !status) return status;
    return held(*module_.step);
  }

 private:
  Status batch() const {
    const DimTable& dims = module_.dims;
    for (uint32_t i = 0; i < dims.size(); ++i) {
      bool is_batch = dims[DimId{i}].kind == DimKind::batch;
      if (is_batch != (DimId{i} == module_.batch))
        return Failure{fmt::format("{} and the batch", dims[DimId{i}].name)};
    }
    if (module_.batch.index >= dims.size()) return Failure{"a module without a batch"};
    return support::ok();
  }

  Status state() const {
    std::set<std::string_view> paths;
    for (const StateEntry& entry : module_.state) {
      if (!paths.insert(entry.path).second) return Failure{fmt::format("two states `{}`", entry.path)};
      bool known = std::all_of(entry.type.dims.begin(), entry.type.dims.end(),
                               [&](DimId dim) { return dim.index < module_.dims.size(); });
      if (!known || !entry.type.has(module_.batch) || time_of(entry.type, module_.dims).valid()) {
        return Failure{
            fmt::format("state `{}` is {}: it needs the batch and no time", entry.path, text(entry.type))};
      }
      if (entry.first_parameter.empty()) continue;
      const NamedType* first = find(params_, entry.first_parameter);
      if (first && first->type != entry.type.without(module_.batch)) {
        return Failure{fmt::format("state `{}` is {}, its first value `{}` {}", entry.path, text(entry.type),
                                   first->name, text(first->type))};
      }
    }
    return support::ok();
  }

  Status function(const Function& function, std::string_view role) const {
    if (Status status = verify(function, module_.dims); !status) return status;
    for (const NamedType& param : params_of(function)) {
      const NamedType* same = find(params_, param.name);
      if (same && same->type != param.type) return disagree(role, param, same->type);
    }
    for (const NamedType& input : inputs_of(function)) {
      if (Status status = crossing(role, input); !status) return status;
      const NamedType* same = find(inputs_, input.name);
      if (same && !agrees(role, input.type, same->type)) return disagree(role, input, same->type);
    }
    for (const NamedResult& result : function.results()) {
      if (Status status = crossing(role, {result.name, function.type(result.value)}); !status) return status;
    }
    return next_state(function, role);
  }

  // `step` sees one step of what the others see over time.
  bool agrees(std::string_view role, const Type& type, const Type& forward) const {
    if (type == forward) return true;
    DimId time = time_of(forward, module_.dims);
    return role == "step" && time.valid() && type == forward.without(time);
  }

  // What every step is handed, `begin` must give.
  Status held(const Function& step) const {
    for (const NamedType& input : inputs_of(step)) {
      if (input.name.rfind("held.", 0) != 0) continue;
      ValueId given = module_.begin ? module_.begin->result(input.name) : ValueId{};
      if (!given.valid()) return Failure{fmt::format("step: `{}` comes from no `begin`", input.name)};
      const Type& type = module_.begin->type(given);
      if (type != input.type) return disagree("step", input, type);
    }
    return support::ok();
  }

  // A leaf or result of a state's name is that state.
  Status crossing(std::string_view role, const NamedType& named) const {
    if (!is_state(named.name)) return support::ok();
    for (const StateEntry& entry : module_.state) {
      if (kState + entry.path != named.name) continue;
      if (entry.type != named.type) return disagree(role, named, entry.type);
      return support::ok();
    }
    return Failure{fmt::format("{}: `{}` is no state of the module", role, named.name)};
  }

  Status next_state(const Function& function, std::string_view role) const {
    for (const StateEntry& entry : module_.state) {
      if (!function.result(kState + entry.path).valid()) {
        return Failure{fmt::format("{}: no next value of state `{}`", role, entry.path)};
      }
    }
    return support::ok();
  }

  Status disagree(std::string_view role, const NamedType& here, const Type& there) const {
    return Failure{
        fmt::format("{}: `{}` is {} here and {} elsewhere", role, here.name, text(here.type), text(there))};
  }

  std::string text(const Type& type) const { return to_text(type, module_.dims); }

  const Module& module_;
  std::vector<NamedType> params_, inputs_;
};

}  // namespace

Status verify(const Module& module) { return ModuleVerifier(module).run(); }

}  // namespace rnnc::ir
