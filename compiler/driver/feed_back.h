// A batch of sequences on a model's own predictions: where training reads the true `words[t-1]`, this reads
// what the model made of its last step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/driver/engine.h"
#include "compiler/driver/outcome.h"
#include "runtime/formats/vocabulary.h"
#include "runtime/train/generate.h"

namespace rnnc::driver {

struct FeedBackOptions {
  EngineKind engine = EngineKind::jit;
  core::Team* team = &core::Team::alone();
  // Temperature 0 is always the likeliest. Sequence b is drawn with the seed `seed + b`, so that no other
  // sequence of the batch matters to it.
  train::SampleOptions draw = {.temperature = 0};
  std::optional<int64_t> length;                        // no sequence has more steps
  const formats::Vocabularies* vocabularies = nullptr;  // whose `<end>` ends a sequence, which still holds it
  bool continues = false;                               // `given` holds the State to go on from
  // 0: what is drawn is fed back. Else the likeliest sequence of tokens is looked for, and at each step only
  // so many are followed (beam search).
  int64_t beam = 0;
};

// Where only `<end>` ends a sequence, this many steps without it are an error.
inline constexpr int64_t kMostSteps = 10'000;

struct FedBackRun {
  struct Result {
    std::string name;
    ir::Type type;
    interp::Array array;
  };
  std::vector<Result> results;  // outputs, then the targets that were fed back, then "state.<path>"
  std::vector<int32_t> lengths;
};

// `given`: weights, batch and all inputs of the model but those targets, as arguments of `forward`. Sequences
// end with the inputs that they meet. Fails also where nothing says where a sequence ends, and where a
// prediction is not a number.
Outcome<FedBackRun> feed_back(const Compiled& compiled, const interp::Arguments& given,
                              const FeedBackOptions& options);

}  // namespace rnnc::driver
