#include "runtime/train/abi_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

namespace rnnc::train {

namespace {

// The place of a name in a list, or the list's size.
template <class List, class Name>
size_t place_of(const List& list, std::string_view wanted, Name name) {
  return static_cast<size_t>(std::ranges::find(list, wanted, name) - list.begin());
}

bool strip(std::string_view& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  return true;
}

}  // namespace

AbiModel::Slot AbiModel::input_slot(const std::string& name, const std::vector<std::string>& times) const {
  const auto found = [](Role role, size_t index, size_t count) {
    return index < count ? Slot{role, index} : Slot{Role::kUnused, 0};
  };
  std::string_view rest = name;
  if (name == "sequence.begins") return {Role::kBegins, 0};
  if (strip(rest, "lengths."))
    return found(Role::kLengths, place_of(times, rest, std::identity()), times.size());
  if (strip(rest, "state.")) {
    return found(Role::kState, place_of(signature_.state, rest, &StateInfo::path), signature_.state.size());
  }
  return found(Role::kArray, place_of(signature_.arrays, rest, &ArrayInfo::name), signature_.arrays.size());
}

AbiModel::Slot AbiModel::result_slot(const std::string& name) const {
  std::string_view rest = name;
  if (strip(rest, "state.")) {
    const size_t index = place_of(signature_.state, rest, &StateInfo::path);
    if (index < signature_.state.size()) return {Role::kState, index};
  } else if (strip(rest, "grad.")) {
    const size_t index = place_of(signature_.parameters, rest, &ParameterInfo::name);
    if (index < signature_.parameters.size()) return {Role::kGradient, index};
  }
  for (size_t line = 0; line < signature_.losses; ++line) {
    if (name == fmt::format("loss.{}.sum", line)) return {Role::kLossSum, line};
    if (name == fmt::format("loss.{}.count", line)) return {Role::kLossCount, line};
  }
  return {Role::kUnused, 0};
}

Result<AbiModel::Bound> AbiModel::bind(const AbiFunction& function, const std::vector<std::string>& times,
                                       bool gradients) const {
  Bound bound{function.run, function.scratch, {}, {}, {}, {}};
  for (const std::string& name : function.params) {
    bound.params.push_back(place_of(signature_.parameters, name, &ParameterInfo::name));
    if (bound.params.back() == signature_.parameters.size()) {
      return failure("compiled code wants the parameter '{}', which the model has not", name);
    }
  }
  for (const std::string& name : function.times) {
    bound.times.push_back(place_of(times, name, std::identity()));
    if (bound.times.back() == times.size())
      return failure("compiled code runs over '{}', which is no time", name);
  }
  for (const std::string& name : function.inputs) {
    bound.inputs.push_back(input_slot(name, times));
    if (bound.inputs.back().role == Role::kUnused) {
      return failure("compiled code reads '{}', which the model has not", name);
    }
  }
  std::vector<Slot> missing;
  const auto want = [&](Role role, size_t count) {
    for (size_t index = 0; index < count; ++index) missing.push_back({role, index});
  };
  want(Role::kLossSum, signature_.losses);
  want(Role::kLossCount, signature_.losses);
  want(Role::kState, signature_.state.size());
  if (gradients) want(Role::kGradient, signature_.parameters.size());
  for (const std::string& name : function.results) {
    const Slot slot = result_slot(name);
    bound.results.push_back(slot);
    std::erase_if(missing, [&](const Slot& one) { return one.role == slot.role && one.index == slot.index; });
  }
  if (missing.empty()) return bound;
  const Slot& first = missing.front();
  return failure("compiled code lacks {}", first.role == Role::kState
                                               ? "the state " + signature_.state[first.index].path
                                           : first.role == Role::kGradient
                                               ? "the gradient of " + signature_.parameters[first.index].name
                                               : fmt::format("loss {}", first.index));
}

Result<AbiModel> AbiModel::create(Signature signature, const std::vector<std::string>& times,
                                  const AbiFunctions& functions, core::Team& team) {
  AbiModel model(std::move(signature), team);
  auto gradient = model.bind(functions.gradient, times, true);
  auto training = model.bind(functions.training, times, false);
  auto evaluation = model.bind(functions.evaluation, times, false);
  for (const auto* bound : {&gradient, &training, &evaluation}) {
    if (!*bound) return bound->error();
  }
  model.gradient_ = std::move(*gradient);
  model.training_ = std::move(*training);
  model.evaluation_ = std::move(*evaluation);
  model.sums_.resize(model.signature_.losses);
  model.counts_.resize(model.signature_.losses);
  return model;
}

Status AbiModel::grow_scratch(int64_t bytes) {
  if (static_cast<size_t>(bytes) <= scratch_.size()) return ok();
  try {
    scratch_ = {};  // what it holds need not be copied
    scratch_.resize(static_cast<size_t>(bytes));
  } catch (const std::bad_alloc&) {
    return failure(
        "a step needs {} MB of memory, which the system does not give; a smaller batch or tbptt needs less",
        bytes / 1'000'000);
  }
  return ok();
}

Status AbiModel::gradient(const Call& call, std::span<const float* const> parameters,
                          std::span<float* const> gradients, std::span<LossSum> losses) {
  return run(gradient_, call, parameters, gradients, losses);
}

Status AbiModel::forward(const Call& call, Mode mode, std::span<const float* const> parameters,
                         std::span<LossSum> losses) {
  return run(mode == Mode::kTraining ? training_ : evaluation_, call, parameters, {}, losses);
}

Status AbiModel::run(const Bound& bound, const Call& call, std::span<const float* const> parameters,
                     std::span<float* const> gradients, std::span<LossSum> losses) {
  std::vector<int64_t> steps;
  for (const size_t time : bound.times) steps.push_back(call.steps[time]);
  if (auto grown = grow_scratch(bound.scratch(call.batch, steps.data())); !grown) return grown;

  std::vector<const void*> params, inputs;
  std::vector<void*> results;
  for (const size_t parameter : bound.params) params.push_back(parameters[parameter]);
  for (const Slot& slot : bound.inputs) {
    inputs.push_back(slot.role == Role::kBegins    ? call.begins
                     : slot.role == Role::kLengths ? call.lengths[slot.index]
                     : slot.role == Role::kState   ? call.state[slot.index]
                                                   : call.arrays[slot.index]);
  }
  for (const Slot& slot : bound.results) {
    results.push_back(slot.role == Role::kLossSum     ? &sums_[slot.index]
                      : slot.role == Role::kLossCount ? &counts_[slot.index]
                      : slot.role == Role::kState     ? call.next_state[slot.index]
                      : slot.role == Role::kGradient && slot.index < gradients.size() ? gradients[slot.index]
                                                                                      : nullptr);
  }
  rnnc_arguments arguments = {};
  arguments.params = params.data();
  arguments.inputs = inputs.data();
  arguments.results = results.data();
  arguments.batch = call.batch;
  arguments.steps = steps.data();
  arguments.seed = call.seed;
  arguments.epoch = call.epoch;
  arguments.step = call.step;
  arguments.sequence = call.sequence;
  arguments.first_t = call.first_t;
  arguments.scratch = scratch_.data();
  team_->call(bound.run, arguments);
  for (size_t line = 0; line < losses.size(); ++line) losses[line] = {sums_[line], counts_[line]};
  return ok();
}

}  // namespace rnnc::train
