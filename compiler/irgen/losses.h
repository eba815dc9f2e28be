// What a model is measured against.
#pragma once

#include "compiler/irgen/instance.h"

namespace rnnc::irgen {

// Adds the results "loss", the sum of the lines, and for each line "loss.<k>.sum" and "loss.<k>.count", what
// it adds up and over how many places: elements, steps, sequences. Nothing if the model has no loss.
void write_losses(FunctionPlace& forward, Instance& model, const sema::Body& body);

}  // namespace rnnc::irgen
