// `train --gradcheck`: the model's gradients on a small part of its first batch, held against differences.
#pragma once

#include "compiler/driver/compile.h"
#include "compiler/driver/console.h"
#include "compiler/driver/spec.h"
#include "runtime/train/arena.h"
#include "runtime/train/dataset.h"
#include "runtime/train/settings.h"

namespace rnnc::driver {

struct Gradcheck {
  const Spec& spec;
  const ast::Body& body;        // of the model
  const Compiled& compiled;     // in training mode, with the gradient of the loss
  const train::Arena& weights;  // to begin with
  const train::Data& data;
  const train::Settings& settings;
};

// Prints the worst error of each parameter, or the errors alone where `console` is quiet. False after a
// complaint: a gradient is wrong, or cannot be checked.
bool gradcheck(const Gradcheck& what, Console& console);

}  // namespace rnnc::driver
