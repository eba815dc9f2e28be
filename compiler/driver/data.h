// Arrays of files as arguments of a function of the IR, and its results as arrays of files.
//
// Files hold sequences as [B, T, ...] and single values as [B, ...] under the names of inputs and targets;
// `lengths` [B], or `lengths.<name>` where sequences differ; first values under `state.<path>`, cotangents
// under `grad.<result>`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/driver/outcome.h"
#include "compiler/interp/interpret.h"
#include "runtime/formats/tensor.h"

namespace rnnc::driver {

struct DataUse {
  bool targets = true;  // those that the function reads; else the data's are left alone, and no argument
};

// The inputs of `function`, with batch, steps and lengths; everything is checked, and what nothing could read
// is refused. `file` is what messages call the data.
Outcome<interp::Arguments> arguments_from(const std::vector<formats::Tensor>& data, const Compiled& compiled,
                                          const ir::Function& function, const DataUse& use,
                                          const std::string& file);

// How long the sequences of a time are, of arguments that hold them.
std::vector<int32_t> lengths_of(const interp::Arguments& arguments, const sema::Body& body,
                                sema::Clock clock);

// Some rows of data, sequences cut after the longest of these.
std::vector<formats::Tensor> rows_of(const std::vector<formats::Tensor>& data, const sema::Body& body,
                                     size_t begin, size_t end);
// How many rows data have.
size_t count_rows(const std::vector<formats::Tensor>& data);
// How many rows are answered at once, at least 1: a prediction may be a number for each token at each step of
// each of the `width` ways that a row is followed.
size_t rows_at_once(const std::vector<formats::Tensor>& data, const sema::Model& model, int64_t width);

// An array of a function's type as files have it: batch first, then time. f64 or f32 for real numbers, i32
// for whole ones.
formats::Tensor to_tensor(std::string name, const interp::Array& array, const ir::Type& type,
                          const ir::DimTable& dims, formats::DType real);

// Sizes that the shapes of the data tell, of those that are open in the body.
std::map<std::string, int64_t> sizes_from(const std::vector<formats::Tensor>& data, const sema::Body& body);

}  // namespace rnnc::driver
