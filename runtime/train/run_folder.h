// The files of a training: DIR/last.safetensors and DIR/best.safetensors, weights for everything that reads
// weights; DIR/last.state.safetensors, what --resume goes on from; DIR/metrics.jsonl and DIR/curve.svg.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/formats/jsonl.h"
#include "runtime/train/arena.h"
#include "runtime/train/snapshot.h"

namespace rnnc::train {

// What files call the parameters, and what else they say (the spec's text, the vocabulary, the version).
struct WeightFiles {
  std::function<std::vector<formats::Tensor>(const Arena&)>
      tensors;  // none: names and shapes of the signature
  std::map<std::string, std::string> metadata;
};

class RunFolder {
 public:
  // Without a name nothing is written, and every call succeeds.
  RunFolder(std::string name, const Signature& signature, WeightFiles weights);

  bool writes() const { return !name_.empty(); }
  const std::string& name() const { return name_; }
  std::string last() const { return name_ + "/last.safetensors"; }
  std::string state() const { return name_ + "/last.state.safetensors"; }
  std::string best() const { return name_ + "/best.safetensors"; }

  // Makes the folder, and cuts what the metrics have beyond a step.
  Status open(int64_t step);
  // The state first: it holds all of the training, so that whatever happens between the two files, a resumed
  // training is exact. Where either cannot be written the older one stays as it was.
  Status write_last(const Snapshot& snapshot, const Arena& parameters);
  Status write_best(const Arena& parameters, int64_t step);
  Status log(const formats::Record& record);
  Status draw(const std::string& title) const;

 private:
  Status write_weights(const std::string& path, const Arena& parameters, int64_t step) const;

  std::string name_;
  const Signature& signature_;
  WeightFiles weights_;
  std::optional<formats::JsonlWriter> metrics_;
};

}  // namespace rnnc::train
