// The batch on which gradients are looked at: arrays as `grad` takes them, or the first batch that `train`
// would make of a text or a table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/driver/initialise.h"
#include "compiler/driver/train_flags.h"
#include "compiler/driver/training_data.h"
#include "compiler/interp/interpret.h"

namespace rnnc::driver {

class FlowData {
 public:
  // `kept`: the vocabulary of the weights, if they were learnt from text.
  static Outcome<FlowData> read(const DataOptions& options, const std::optional<formats::Vocabulary>& kept);

  // Sizes that the data tell, of those that are open.
  std::map<std::string, int64_t> sizes(const sema::Body& body) const;
  // The outputs of which the data hold cotangents, `grad.<output>`.
  std::vector<std::string> cotangents() const;
  // All inputs of the model without probes. `flags`: how texts and tables are cut.
  Outcome<interp::Arguments> arguments(const Compiled& compiled, const Values& weights,
                                       const TrainFlags& flags) const;

 private:
  using Tensors = std::vector<formats::Tensor>;
  std::string name_;
  std::variant<Tensors, TrainingData> content_;
};

}  // namespace rnnc::driver
