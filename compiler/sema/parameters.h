// The parameters of a model with their full paths and sizes, and how files hold them.
#pragma once

#include <string>
#include <vector>

#include "compiler/sema/model.h"

namespace rnnc::sema {

struct Parameter {
  std::string path;  // full: "logits.LSTM.i.W.x"
  std::vector<int64_t> shape;
  std::vector<std::string> axes;  // the same as text in the model's names: "H", "4*H"
  int64_t rows = 1,
          columns =
              1;      // as a matrix: product of the result's sizes x product of the argument's (fan_in axes)
  int64_t heads = 0;  // of a headwise one: so many matrices of (rows / heads) x columns side by side
  bool recurrent = false;
  Initialiser initialiser;  // overrides applied, the outermost wins
  Span span;
};

// One tensor of a file: rows of parameters joined (each a matrix or a vector, its own rows), or one parameter
// as it is.
struct StoredTensor {
  std::string name;                     // "LSTM.weight_ih_l0"
  std::vector<int64_t> shape;           // what the file has
  std::vector<std::string> parameters;  // full paths, in order of rows
  // Of a sum (bias_ih + bias_hh = ...) all terms name the same parameters: reading adds them, writing puts
  // the value into the one with `first` and zeros into the others; the gradient of each is that of the sum.
  bool first = true;
  std::vector<std::string> aliases;  // other names that reading accepts: without "_l0"
};

// In order of evaluation; a shared parameter once.
std::vector<Parameter> parameters(const Model& model);
// Covers every parameter exactly once (the terms of a sum together). In order of the parameters.
std::vector<StoredTensor> stored_tensors(const Model& model);

}  // namespace rnnc::sema
