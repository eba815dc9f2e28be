// What the commands that run a model read: spec, weights, data.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/driver/data_file.h"
#include "compiler/driver/engine.h"
#include "compiler/driver/target.h"
#include "compiler/driver/train_flags.h"
#include "compiler/driver/weights.h"
#include "compiler/interp/interpret.h"
#include "runtime/core/cores.h"
#include "runtime/formats/tensor.h"
#include "runtime/formats/vocabulary.h"

namespace rnnc::driver {

class Console;

struct RunOptions {
  Target target;
  std::string weights;
  DataOptions data;
  EngineKind engine = EngineKind::jit;
  int threads = core::cores();

  // The weights may be left away where the spec is a checkpoint. `data_required`: else a model without inputs
  // needs none.
  void add_options(CLI::App& app, bool data_required = true);
  const std::string& weights_file() const { return weights.empty() ? target.spec : weights; }
};
void add_engine_option(CLI::App& app, EngineKind& engine);

struct RunInputs {
  Spec spec;
  std::shared_ptr<const sema::Model> model;
  Values weights;
  std::optional<DataFile> source;      // where data were given
  std::vector<formats::Tensor> data;   // of an .npz; those of a table or a text are taken later
  formats::Vocabularies vocabularies;  // of the weights, or of the data
};

// Nothing after a complaint.
std::optional<RunInputs> read_inputs(const RunOptions& options, Console& console);

// Makes arrays of a table or a text; `flags` say how text is cut, else as in training.
Outcome<> take_arrays(RunInputs& inputs, const Compiled& compiled, train::Reading reading,
                      const TrainFlags& flags = {});

// Weights as arguments of a function of the IR.
std::map<std::string, interp::Array> to_params(const sema::Model& model, const Values& values);

}  // namespace rnnc::driver
