// Arrays by the names of a model's inputs and targets.
#pragma once

#include <string>
#include <vector>

#include "runtime/train/dataset.h"

namespace rnnc::train {

// Sequences are [sequences, steps, shape...], single values [sequences, shape...]; tokens whole numbers.
// `lengths` [sequences] says where sequences end, or `lengths.<name>` by any sequence of a time where the
// model has several times; without it all have all steps. Fails, with a sentence that lists both sides, on
// arrays that are missing, unknown or of another shape, and on what check() finds.
Result<Dataset> dataset_of(std::vector<formats::Tensor> tensors, const Signature& signature,
                           const std::string& name);

// read_npz and dataset_of.
Result<Dataset> read_npz_data(const std::string& path, const Signature& signature);

}  // namespace rnnc::train
