// How gradients flow back through time: the norm of ∂E/∂s_t for every state s of a model and every step t.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/driver/engine.h"
#include "compiler/driver/outcome.h"

namespace rnnc::driver {

// What E is.
struct Objective {
  enum class Kind {
    loss,     // of the whole batch
    outputs,  // the sum of the elements of `of` at each sequence's last step: of a model without a loss
    given,    // the loss, if there is one, and the sum of `of`, each times `grad.<output>` of the data
  };
  Kind kind = Kind::loss;
  std::vector<std::string> of = {};  // outputs
  bool with_loss = false;            // of `given`: the model has one
};
// `cotangents`: the outputs of which the data hold `grad.<output>`. Fails if there is nothing to
// differentiate.
Outcome<Objective> objective_of(const sema::Body& body, const std::vector<std::string>& cotangents);
// "the loss", "the sum of `h` at each sequence's last step".
std::string to_text(const Objective& objective);

// A gradient of the objective by the probes of the states alone.
CompileOptions for_flow(const Objective& objective, const PipelineOptions& passes);

struct StateFlow {
  std::string path;        // as the State has it
  bool backwards = false;  // it runs from the end of a sequence to its start
  int64_t elements = 0;    // of one sequence
  // By sequence: √Σ (∂E/∂s)² before its first step, after it, ... after its last, in the order in which it
  // runs.
  std::vector<std::vector<double>> norms;
  // By sequence: the state after the last step, and the gradient by the first value; [elements].
  std::vector<std::vector<double>> last, by_first;

  // The mean over the sequences that have been run so many steps, or that have as many left to run; NaN if
  // there are none.
  double after(int64_t steps) const;
  double before_end(int64_t steps) const;
  // In the order of the sequence: t = 1 is its first step. The first value is at 0; of a state that runs
  // backwards it is behind the last step.
  double at(int64_t t) const;
  int64_t longest() const;  // steps
};

struct Flow {
  double objective = 0;
  std::vector<StateFlow> states;  // of each scan, in the order of the model
};

// `compiled` is compiled for_flow(). The arguments are those that the model has without probes; of an
// objective of outputs also without cotangents.
Outcome<Flow> measure_flow(const Compiled& compiled, const Objective& objective, interp::Arguments arguments,
                           EngineKind engine);

}  // namespace rnnc::driver
