#include "compiler/driver/step_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "compiler/driver/call_frame.h"
#include "compiler/support/check.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;
// A frame for one sequence, with the weights in it.
CallFrame frame_of(MachineCode code, const Values& weights) {
  const size_t times = code.plan.times.size();
  CallFrame frame(std::make_shared<const MachineCode>(std::move(code)), 1, std::vector<int64_t>(times, 0));
  for (size_t i = 0; i < frame.plan().params.size(); ++i) {
    store(frame.param(i), ir::Element::real, weights.at(frame.plan().params[i].name));
  }
  return frame;
}

class CompiledStepModel : public train::StepModel {
 public:
  CompiledStepModel(const Compiled& compiled, const Values& weights, MachineCode begin, MachineCode step)
      : state_(compiled.module.state),
        begin_(frame_of(std::move(begin), weights)),
        step_(frame_of(std::move(step), weights)) {
    for (const sema::Feedback& feedback : compiled.body->feedback) {
      const size_t width = step_.result(feedback.prediction).size() / sizeof(float);
      targets_.push_back({compiled.body->inputs[feedback.target].name, kind(feedback.draw), width});
      predictions_.push_back(feedback.prediction);
    }
  }

  const std::vector<train::FedBack>& targets() const override { return targets_; }

  train::Status begin() override {
    begin_.run();
    for (const ir::StateEntry& entry : state_) {
      const std::span<std::byte> input = step_.input("state." + entry.path);
      const size_t count = input.size() / static_cast<size_t>(schedule::bytes_of(entry.type.element));
      store(input, entry.type.element, std::vector<double>(count, entry.first));
    }
    for (size_t i = 0; i < begin_.plan().results.size(); ++i) {
      copy(begin_.result(i), step_.input(begin_.plan().results[i].name));
    }
    return formats::ok();
  }

  train::Status step(std::span<const void* const> previous, std::span<float* const> predictions) override {
    for (size_t i = 0; i < targets_.size(); ++i) {
      const std::span<std::byte> input = step_.input(targets_[i].target);
      copy({static_cast<const std::byte*>(previous[i]), input.size()}, input);
    }
    step_.run();
    for (size_t i = 0; i < targets_.size(); ++i) {
      const std::span<std::byte> prediction = step_.result(predictions_[i]);
      copy(prediction, {reinterpret_cast<std::byte*>(predictions[i]), prediction.size()});
    }
    step_.carry_over("state.");
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

  // Into an array that the function may not have.
  static void copy(std::span<const std::byte> from, std::span<std::byte> to) {
    if (!to.empty()) std::copy(from.begin(), from.end(), to.begin());
  }

  std::vector<ir::StateEntry> state_;
  CallFrame begin_, step_;
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
  const CodeOptions options = for_steps(weights);
  auto begin = make_machine_code(*module.begin, module.dims, options);
  if (!begin) return begin.error();
  auto step = make_machine_code(*module.step, module.dims, options);
  if (!step) return step.error();
  return std::unique_ptr<train::StepModel>(
      std::make_unique<CompiledStepModel>(compiled, weights, std::move(*begin), std::move(*step)));
}

}  // namespace rnnc::driver
