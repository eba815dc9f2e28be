// A model as the trainer sees it: machine code with its signature, weights in an arena.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/driver/initialise.h"
#include "compiler/driver/machine_code.h"
#include "compiler/driver/outcome.h"
#include "runtime/train/abi_model.h"
#include "runtime/train/arena.h"

namespace rnnc::driver {

// What a model is for the trainer, before it is compiled.
train::Signature signature_of(const Compiled& compiled);

class Trainable {
 public:
  // Gradient and losses with and without random draws.
  // `team` runs them, and must outlive this.
  static Outcome<Trainable> create(std::shared_ptr<const sema::Model> model, const PipelineOptions& passes,
                                   core::Team& team = core::Team::alone());

  train::CompiledModel& model() { return *model_; }
  const Compiled& compiled() const { return compiled_; }
  // Of the gradient function: everything that is held from forward to backward.
  int64_t scratch_bytes(int64_t batch, int64_t steps) const;

 private:
  Compiled compiled_;
  std::vector<MachineCode> code_;
  std::unique_ptr<train::AbiModel> model_;
};

void fill(train::Arena& arena, const sema::Model& model, const Values& values);
Values values_of(const train::Arena& arena, const sema::Model& model);

}  // namespace rnnc::driver
