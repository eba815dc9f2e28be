// Running a model on its own predictions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/formats/vocabulary.h"
#include "runtime/train/result.h"

namespace rnnc::train {

// What becomes the next value of a target: of cross_entropy a token, of binary_cross_entropy zeros and ones,
// of any other loss the prediction itself.
enum class DrawKind : uint8_t { kToken, kBit, kValue };

struct FedBack {
  std::string target;
  DrawKind draw = DrawKind::kToken;
  size_t width = 0;  // floats of its prediction: the vocabulary's size, or the target's elements
};

// One sequence, a step at a time. What does not change from step to step (an image, a source sentence) is
// given before.
class StepModel {
 public:
  virtual ~StepModel() = default;
  virtual const std::vector<FedBack>& targets() const = 0;
  // The State is the first one again.
  virtual Status begin() = 0;
  // One pointer per target: its value one step ago, an int32_t (-1: none) or `width` floats; and `width`
  // floats to write its prediction to.
  virtual Status step(std::span<const void* const> previous, std::span<float* const> predictions) = 0;
};

struct SampleOptions {
  float temperature = 1;  // 0: always the likeliest
  int64_t top_k = 0;      // 0: all
  uint64_t seed = 1;
  int64_t length = 0;               // steps after the prime
  std::optional<int32_t> end = {};  // a token that ends the sequence, and is not given out
};

Status check(const SampleOptions& options);

// Draws for one step, in the order of the targets; the same generator serves a whole sequence.
class Sampler {
 public:
  explicit Sampler(const SampleOptions& options) : options_(options), random_(options.seed) {}

  // Fails where a prediction is not a number. `logits` is changed.
  Result<int32_t> token(std::span<float> logits);
  Status bits(std::span<const float> logits, std::span<float> out);

 private:
  SampleOptions options_;
  uint64_t random_;
};

// The tokens of a model that predicts one target, one after another: `prime` is taken as said, then each
// token drawn goes to `sink`, which may say false to stop.
Status sample_tokens(StepModel& model, std::span<const int32_t> prime, const SampleOptions& options,
                     const std::function<bool(int32_t)>& sink);

// The same as text: `prime` is encoded, `<end>` ends it, and `sink` gets each entry drawn as it is, with a
// blank before a word that follows another. Of a vocabulary of bytes an entry may be a part of a character.
Status sample_text(StepModel& model, const formats::Vocabulary& vocabulary, const std::string& prime,
                   SampleOptions options, const std::function<bool(std::string_view)>& sink);

}  // namespace rnnc::train
