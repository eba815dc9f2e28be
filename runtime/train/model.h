// What can be trained: the border between the trainer and whatever computes losses and gradients, machine
// code or the interpreter. Nothing here copies: a call is pointers to arrays that the trainer owns, of the
// layout of runtime/include/rnnc/abi.h (contiguous, row-major), so that compiled code takes them as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/formats/tensor.h"
#include "runtime/train/result.h"

namespace rnnc::train {

using formats::Shape;

// float, int32_t, uint8_t (0 or 1).
enum class Element : uint8_t { kReal, kInt, kBool };
size_t size_of(Element element);
formats::DType dtype_of(Element element);

struct ParameterInfo {
  std::string name;  // in equations; what files call it is the business of whoever writes them
  Shape shape;
};

// An input or a target. A sequence is [T, B, shape...], a single value [B, shape...].
struct ArrayInfo {
  std::string name;
  Element element = Element::kReal;
  bool target = false;
  std::optional<size_t> time;  // of a sequence: the index of its time
  Shape shape;
  int64_t tokens = 0;  // of tokens, which are i32: in [0, tokens), or -1: none. 0: these are no tokens
};

// An entry of the State: what the model remembers from one window of steps to the next; [B, shape...].
struct StateInfo {
  std::string path;  // "LSTM.h"
  Element element = Element::kReal;
  Shape shape;
  double first = 0;  // before a sequence starts
};

struct Signature {
  std::vector<ParameterInfo> parameters;
  std::vector<ArrayInfo> arrays;
  std::vector<std::string> times;  // each has lengths of its own
  std::vector<StateInfo> state;
  size_t losses = 1;  // lines
};

// A window of steps of a batch of sequences. Lists are in the order of the signature; past its length every
// sequence holds zeros.
struct Call {
  int64_t batch = 0;
  std::span<const int64_t> steps;           // T of each time
  std::span<const int32_t* const> lengths;  // of each time: [B], within [0, steps]
  std::span<const void* const> arrays;
  const uint8_t* begins = nullptr;  // [B]: 1 where the sequence starts here, and `state` holds first values
  std::span<const void* const> state;
  std::span<void* const> next_state;  // overlaps nothing; written whole
  // What random draws depend on (semantics.md, "Draws").
  uint64_t seed = 0;
  uint64_t epoch = 0;
  uint64_t step = 0;                   // of training
  const uint64_t* sequence = nullptr;  // [B]: which sequence each row is
  const uint64_t* first_t = nullptr;   // [B]: the absolute time of step 0
};

// A line of the loss is sum / max(count, 1); over many calls sums and counts are pooled.
struct LossSum {
  double sum = 0;
  double count = 0;
  friend bool operator==(const LossSum&, const LossSum&) = default;
};

// The lines add up.
double total(std::span<const LossSum> losses);
void pool(std::span<LossSum> into, std::span<const LossSum> more);

enum class Mode { kTraining, kEvaluation };  // with random draws, without

// A failure of a call (no memory, say) ends the training.
class CompiledModel {
 public:
  virtual ~CompiledModel() = default;
  virtual const Signature& signature() const = 0;

  // In training mode: the losses, the next State, and the gradient of the sum of the lines, of which every
  // element is written. One pointer per parameter; those that lie in an Arena are aligned to RNNC_ALIGN.
  virtual Status gradient(const Call& call, std::span<const float* const> parameters,
                          std::span<float* const> gradients, std::span<LossSum> losses) = 0;
  // The losses and the next State.
  virtual Status forward(const Call& call, Mode mode, std::span<const float* const> parameters,
                         std::span<LossSum> losses) = 0;
};

}  // namespace rnnc::train
