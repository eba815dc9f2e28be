// One model on one sequence, run in three ways: by the interpreter over all steps at once, by machine code in
// memory step by step, and by a C program with the emitted object. A model without steps is run whole in all
// three.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/driver/engine.h"
#include "tests/emit/emitted.h"

namespace rnnc::emit {

using Outputs = std::map<std::string, std::vector<float>>;  // of all steps, one after the other

class EmittedRun {
 public:
  explicit EmittedRun(Model model);

  // Why the model is refused; then there is nothing to run.
  const std::string& refusal() const { return refusal_; }

  bool has_steps() const { return interface_.has_steps(); }
  driver::Arrays whole() const;
  Outputs in_memory() const;
  Outputs of_object(const backend::Target& target) const;

 private:
  void make_inputs();
  const ir::Module& module() const { return model_.compiled->module; }
  bool is_target(const std::string& name) const;
  // The sizes of an input's constant dims.
  std::vector<int64_t> inner(const std::string& name) const;
  interp::Arguments arguments() const;
  interp::Arguments whole_arguments(const ir::Function& function) const;
  Outputs stepped() const;
  interp::Array filled(const interp::Arguments& all, const ir::Type& type, double value) const;

  Model model_;
  std::string refusal_;
  driver::Arrays params_, given_, over_time_;
  Interface interface_;
  std::string input_;  // of the C program
};

// Up to rounding. An output without time is given at each step.
void expect_near(const Outputs& outputs, const driver::Arrays& expected);

}  // namespace rnnc::emit
