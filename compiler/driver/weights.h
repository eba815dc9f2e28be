// The parameters of a model as files hold them (the `stored` blocks of its cells).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/driver/initialise.h"
#include "compiler/driver/outcome.h"
#include "compiler/driver/spec.h"
#include "runtime/formats/safetensors.h"

namespace rnnc::driver {

// Of a tensor that a file holds as one term of a sum (two biases of one gate).
enum class Terms {
  value,     // the first holds it, the others are zero
  gradient,  // each has the gradient of the sum
};
std::vector<formats::Tensor> to_tensors(const sema::Model& model, const Values& values, Terms terms,
                                        formats::DType dtype);

// Strict: every tensor is used once, every parameter is filled once, all shapes are right. `file` is what
// messages call it.
Outcome<Values> from_tensors(const sema::Model& model, const std::vector<formats::Tensor>& tensors,
                             const std::string& file);

// What a weights file knows of its model.
struct Origin {
  KeptText text;
  bool complete = true;  // else it is of an older version, which did not keep imports and library
  std::string model;
  std::map<std::string, int64_t> sizes;
};
Origin origin_of(const Spec& spec, const sema::Model& model);
std::map<std::string, std::string> to_metadata(const Origin& origin);
// Empty where the file is of another program.
Origin from_metadata(const std::map<std::string, std::string>& metadata);

}  // namespace rnnc::driver
