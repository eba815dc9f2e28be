#include "compiler/driver/step_model.h"

#include <fmt/format.h>

#include <cstring>
#include <map>
#include <string>

#include "compiler/support/check.h"
#include "runtime/core/aligned.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;
using Bytes = core::AlignedVector<std::byte>;

size_t elements(const ir::Type& type, const ir::DimTable& dims) {
  size_t count = 1;
  for (ir::DimId dim : type.dims)
    count *= dims[dim].kind == ir::DimKind::constant ? static_cast<size_t>(dims[dim].size) : 1;
  return count;
}

// One compiled function for one sequence, and the arrays that it works on: by name, so that what a result and
// an input of one name hold goes from call to call.
class Stepper {
 public:
  Stepper(MachineCode code, const std::map<std::string, std::vector<float>>& weights)
      : code_(std::move(code)) {
    for (const ir::NamedType& param : code_.plan.params) params_.push_back(weights.at(param.name).data());
    for (const ir::NamedType& input : code_.plan.inputs) inputs_.push_back(make(input.type));
    for (const ir::NamedType& result : code_.plan.results) results_.push_back(make(result.type));
    scratch_.resize(static_cast<size_t>(
        code_.function.scratch_bytes(1, std::vector<int64_t>(code_.plan.times.size(), 0))));
  }

  bool has_input(const std::string& name) const { return find(code_.plan.inputs, name) < inputs_.size(); }
  Bytes& input(const std::string& name) { return inputs_[find(code_.plan.inputs, name)]; }
  Bytes& result(const std::string& name) { return results_[find(code_.plan.results, name)]; }
  const std::vector<ir::NamedType>& inputs() const { return code_.plan.inputs; }
  const std::vector<ir::NamedType>& results() const { return code_.plan.results; }

  void run() {
    std::vector<const void*> inputs;
    std::vector<void*> results;
    for (const Bytes& array : inputs_) inputs.push_back(array.data());
    for (Bytes& array : results_) results.push_back(array.data());
    const uint64_t zero = 0;
    const std::vector<int64_t> steps(code_.plan.times.size(), 0);
    rnnc_arguments arguments = {};
    arguments.params = params_.data();
    arguments.inputs = inputs.data();
    arguments.results = results.data();
    arguments.batch = 1;
    arguments.steps = steps.data();
    arguments.sequence = &zero;
    arguments.first_t = &zero;
    arguments.scratch = scratch_.data();
    code_.function(arguments);
  }

 private:
  static size_t find(const std::vector<ir::NamedType>& list, const std::string& name) {
    size_t i = 0;
    while (i < list.size() && list[i].name != name) ++i;
    return i;
  }
  Bytes make(const ir::Type& type) const {
    return Bytes(elements(type, code_.plan.dims) * static_cast<size_t>(schedule::bytes_of(type.element)));
  }

  MachineCode code_;
  std::vector<const void*> params_;
  std::vector<Bytes> inputs_, results_;
  Bytes scratch_;
};

class CompiledStepModel : public train::StepModel {
 public:
  CompiledStepModel(const Compiled& compiled, const Values& values, MachineCode begin, MachineCode step)
      : state_(compiled.module.state),
        weights_(to_floats(values)),
        begin_(std::move(begin), weights_),
        step_(std::move(step), weights_) {
    for (const sema::Feedback& feedback : compiled.body->feedback) {
      const ir::Function& function = *compiled.module.step;
      const size_t width =
          elements(function.type(function.result(feedback.prediction)), compiled.module.dims);
      targets_.push_back({compiled.body->inputs[feedback.target].name, kind(feedback.draw), width});
      predictions_.push_back(feedback.prediction);
    }
  }

  const std::vector<train::FedBack>& targets() const override { return targets_; }

  train::Status begin() override {
    begin_.run();
    for (const ir::StateEntry& entry : state_) set_state(entry);
    for (const ir::NamedType& result : begin_.results()) {
      if (step_.has_input(result.name)) step_.input(result.name) = begin_.result(result.name);
    }
    return formats::ok();
  }

  train::Status step(std::span<const void* const> previous, std::span<float* const> predictions) override {
    for (size_t i = 0; i < targets_.size(); ++i) {
      if (!step_.has_input(targets_[i].target)) continue;
      Bytes& input = step_.input(targets_[i].target);
      std::memcpy(input.data(), previous[i], input.size());
    }
    step_.run();
    for (size_t i = 0; i < targets_.size(); ++i) {
      std::memcpy(predictions[i], step_.result(predictions_[i]).data(), targets_[i].width * sizeof(float));
    }
    for (const ir::NamedType& result : step_.results()) {
      if (result.name.starts_with("state.") && step_.has_input(result.name)) {
        std::swap(step_.input(result.name), step_.result(result.name));
      }
    }
    return formats::ok();
  }

 private:
  static train::DrawKind kind(sema::Feedback::Draw draw) {
    switch (draw) {
      case sema::Feedback::Draw::token:
        return train::DrawKind::kToken;
      case sema::Feedback::Draw::bit:
        return train::DrawKind::kBit;
      case sema::Feedback::Draw::value:
        return train::DrawKind::kValue;
    }
    RNNC_UNREACHABLE("a draw of no kind");
  }

  static std::map<std::string, std::vector<float>> to_floats(const Values& values) {
    std::map<std::string, std::vector<float>> result;
    for (const auto& [name, value] : values) result[name].assign(value.begin(), value.end());
    return result;
  }

  // What an entry is before the first step, unless begin() computes it.
  void set_state(const ir::StateEntry& entry) {
    const std::string name = "state." + entry.path;
    if (!step_.has_input(name)) return;
    Bytes& bytes = step_.input(name);
    auto fill_with = [&](auto value) {
      for (size_t at = 0; at < bytes.size(); at += sizeof value)
        std::memcpy(bytes.data() + at, &value, sizeof value);
    };
    switch (entry.type.element) {
      case ir::Element::real:
        return fill_with(static_cast<float>(entry.first));
      case ir::Element::i32:
        return fill_with(static_cast<int32_t>(entry.first));
      case ir::Element::boolean:
        return fill_with(static_cast<uint8_t>(entry.first));
    }
  }

  std::vector<ir::StateEntry> state_;
  std::map<std::string, std::vector<float>> weights_;
  Stepper begin_, step_;
  std::vector<train::FedBack> targets_;
  std::vector<std::string> predictions_;
};

}  // namespace

Outcome<std::unique_ptr<train::StepModel>> make_step_model(const Compiled& compiled, const Values& weights) {
  const ir::Module& module = compiled.module;
  if (!module.step)
    return problem(Code::cannot_generate, "this model cannot run step by step", compiled.no_step);
  if (compiled.body->feedback.empty()) {
    return problem(Code::cannot_generate, "this model does not predict a sequence that it could go on with",
                   "what can be drawn is a target that a loss f(prediction, target) names");
  }
  for (const sema::InputDecl& input : compiled.body->inputs) {
    if (input.target) continue;
    return problem(Code::cannot_generate, fmt::format("this model wants its input `{}`", input.name),
                   "`rnnc predict` runs a model on data");
  }
  auto begin = make_machine_code(*module.begin, module.dims);
  if (!begin) return begin.error();
  auto step = make_machine_code(*module.step, module.dims);
  if (!step) return step.error();
  return std::unique_ptr<train::StepModel>(
      std::make_unique<CompiledStepModel>(compiled, weights, std::move(*begin), std::move(*step)));
}

}  // namespace rnnc::driver
