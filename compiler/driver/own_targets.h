// Targets that a model predicts itself and reads again at its next step.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/driver/outcome.h"
#include "runtime/train/generate.h"

namespace rnnc::driver {

// The targets whose past the model's outputs read. Without any, nothing is fed back.
std::vector<std::string> targets_read(const Compiled& compiled);

// Fails where a model does not run step by step, or nothing says what predicts one of them.
Outcome<> check_feed_back(const Compiled& compiled);

// What predicts the target, or null.
const sema::Feedback* feedback_of(const sema::Body& body, const std::string& target);

// Which target's tokens the value of this name predicts, or null.
const sema::Feedback* predicts_tokens(const sema::Body& body, const std::string& name);

// Makes the target's next value of one sequence from its prediction. `is_token`: the target is a token; else,
// where tokens are drawn, a distribution over them, of which one is certain. Returns the token that was
// drawn.
train::Result<std::optional<int32_t>> draw_next(const sema::Feedback& feedback, bool is_token,
                                                std::span<const double> prediction, train::Sampler& sampler,
                                                std::span<double> next);

}  // namespace rnnc::driver
