#include "runtime/train/generate.h"

#include <array>
#include <cmath>

#include "runtime/train/draw.h"

namespace rnnc::train {

Status check(const SampleOptions& options) {
  // Within these bounds 1 / temperature and its products stay finite.
  if (!(options.temperature >= 0 && options.temperature <= 1e30f)) {
    return failure("temperature must be between 0 (always the likeliest) and 1e30, and this is {}",
                   options.temperature);
  }
  if (options.top_k < 0) return failure("top-k must not be negative, and this is {}", options.top_k);
  if (options.length < 0) return failure("length must not be negative, and this is {}", options.length);
  return ok();
}

Result<int32_t> Sampler::token(std::span<float> logits) {
  for (size_t i = 0; i < logits.size(); ++i) {
    if (!std::isnan(logits[i])) continue;
    return failure("the prediction of token {} is not a number; the weights are damaged", i);
  }
  if (options_.top_k > 0) keep_top(logits, options_.top_k);
  const int32_t drawn = draw_token(logits, options_.temperature, &random_);
  if (drawn < 0) return failure("a prediction is infinite; the weights are damaged");
  return drawn;
}

Status Sampler::bits(std::span<const float> logits, std::span<float> out) {
  for (size_t i = 0; i < logits.size(); ++i) {
    if (std::isnan(logits[i])) return failure("prediction {} is not a number; the weights are damaged", i);
    const std::array<float, 2> pair = {0, logits[i]};
    const int32_t drawn = draw_token(pair, options_.temperature, &random_);
    // Only +infinity is beyond drawing, and it is certain.
    out[i] = drawn < 0 ? 1.0f : static_cast<float>(drawn);
  }
  return ok();
}

Status sample_tokens(StepModel& model, std::span<const int32_t> prime, const SampleOptions& options,
                     const std::function<bool(int32_t)>& sink) {
  if (auto checked = check(options); !checked) return checked;
  if (model.targets().size() != 1 || model.targets()[0].draw != DrawKind::kToken) {
    return failure(
        "tokens are drawn from a model that predicts one sequence of tokens; this one predicts {} targets",
        model.targets().size());
  }
  const size_t width = model.targets()[0].width;
  for (size_t i = 0; i < prime.size(); ++i) {
    if (prime[i] >= 0 && static_cast<size_t>(prime[i]) < width) continue;
    return failure("token {} of the prime text is {}, outside [0, {})", i, prime[i], width);
  }
  if (auto begun = model.begin(); !begun) return begun;
  Sampler sampler(options);
  std::vector<float> logits(width);
  int32_t previous = -1;
  const std::array<const void*, 1> fed = {&previous};
  const std::array<float*, 1> predicted = {logits.data()};
  const auto steps = static_cast<int64_t>(prime.size()) + options.length;
  for (int64_t t = 0; t < steps; ++t) {
    if (auto stepped = model.step(fed, predicted); !stepped) return stepped;
    if (t < static_cast<int64_t>(prime.size())) {
      previous = prime[static_cast<size_t>(t)];
      continue;
    }
    const auto drawn = sampler.token(logits);
    if (!drawn) return drawn.error();
    previous = *drawn;
    if (previous == options.end || !sink(previous)) return ok();
  }
  return ok();
}

Status sample_text(StepModel& model, const formats::Vocabulary& vocabulary, const std::string& prime,
                   SampleOptions options, const std::function<bool(std::string_view)>& sink) {
  if (model.targets().size() == 1 && model.targets()[0].width != vocabulary.size()) {
    return failure("the vocabulary has {} entries, but the model predicts {} tokens", vocabulary.size(),
                   model.targets()[0].width);
  }
  const auto tokens = vocabulary.encode(prime, "the prime text");
  if (!tokens) return tokens.error();
  if (vocabulary.end()) options.end = vocabulary.end();
  bool first = tokens->empty();
  return sample_tokens(model, *tokens, options, [&](int32_t token) {
    const auto text = vocabulary.decode({&token, 1});
    const std::string between(first ? "" : vocabulary.separator());
    first = false;
    return text && sink(between + *text);
  });
}

}  // namespace rnnc::train
