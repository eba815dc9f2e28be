#include "compiler/driver/own_targets.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/driver/part.h"
#include "compiler/support/check.h"

namespace rnnc::driver {

using diagnostics::Code;
using sema::Feedback;

namespace {

// A prediction has the shape of its target, or a number for each token.
Outcome<> check_shape(const ir::Module& module, const Feedback& feedback, const std::string& target) {
  const ir::Type prediction = module.step->type(module.step->result(feedback.prediction));
  const std::vector<ir::NamedType> inputs = ir::inputs_of(*module.step);
  const auto input = std::ranges::find(inputs, target, &ir::NamedType::name);
  RNNC_CHECK(input != inputs.end(), "a step does not read the target that the model reads");
  const bool tokens = feedback.draw == Feedback::Draw::token;
  if (tokens ? prediction.dims.size() == 2 : prediction.dims == input->type.dims) return support::Unit{};
  return problem(
      Code::cannot_generate,
      fmt::format("`{}` is {}, and `{}`, which it predicts, is {}", feedback.prediction,
                  ir::to_text(prediction, module.dims), target, ir::to_text(input->type, module.dims)),
      "what is fed back has the shape of its target; tokens are drawn from one list of numbers");
}

}  // namespace

const Feedback* feedback_of(const sema::Body& body, const std::string& target) {
  auto found = std::ranges::find_if(
      body.feedback, [&](const Feedback& one) { return body.inputs[one.target].name == target; });
  return found == body.feedback.end() ? nullptr : &*found;
}

const Feedback* predicts_tokens(const sema::Body& body, const std::string& name) {
  auto found = std::ranges::find_if(body.feedback, [&](const Feedback& one) {
    return one.prediction == name && one.draw == Feedback::Draw::token;
  });
  return found == body.feedback.end() ? nullptr : &*found;
}

std::vector<std::string> targets_read(const Compiled& compiled) {
  std::vector<std::string> targets;
  const ir::Function outputs =
      part_of(compiled.module.forward, compiled.module.dims, [&](const std::string& name) {
        return std::ranges::any_of(compiled.body->outputs, [&](const auto& o) { return o.name == name; });
      });
  for (const ir::NamedType& input : ir::inputs_of(outputs)) {
    for (const sema::InputDecl& one : compiled.body->inputs) {
      if (one.target && one.name == input.name) targets.push_back(one.name);
    }
  }
  return targets;
}

Outcome<> check_feed_back(const Compiled& compiled) {
  const sema::Body& body = *compiled.body;
  if (!compiled.module.step) {
    return problem(Code::cannot_generate,
                   fmt::format("`{}` cannot run step by step on its own predictions", body.name),
                   compiled.no_step + "; `predict --teacher` feeds the true targets");
  }
  for (const std::string& target : targets_read(compiled)) {
    const Feedback* feedback = feedback_of(body, target);
    if (feedback == nullptr) {
      return problem(Code::cannot_generate,
                     fmt::format("nothing says what predicts `{}`, whose past the model reads", target),
                     "a loss f(prediction, target) does; `predict --teacher` feeds the true target");
    }
    if (auto fits = check_shape(compiled.module, *feedback, target); !fits) return fits;
  }
  return support::Unit{};
}

train::Result<std::optional<int32_t>> draw_next(const Feedback& feedback, bool is_token,
                                                std::span<const double> prediction, train::Sampler& sampler,
                                                std::span<double> next) {
  std::vector<float> numbers(prediction.begin(), prediction.end());
  switch (feedback.draw) {
    case Feedback::Draw::value:
      std::ranges::copy(prediction, next.begin());
      return std::optional<int32_t>();
    case Feedback::Draw::bit: {
      std::vector<float> bits(numbers.size());
      if (auto drawn = sampler.bits(numbers, bits); !drawn) return drawn.error();
      std::ranges::copy(bits, next.begin());
      return std::optional<int32_t>();
    }
    case Feedback::Draw::token: {
      auto token = sampler.token(numbers);
      if (!token) return token.error();
      if (is_token) {
        next[0] = *token;
      } else {
        std::ranges::fill(next, 0.0);
        next[static_cast<size_t>(*token)] = 1;
      }
      return std::optional(*token);
    }
  }
  RNNC_UNREACHABLE("a draw of no kind");
}

}  // namespace rnnc::driver
