// Tables as sequences: a row is a step.
#pragma once

#include <string>
#include <vector>

#include "runtime/formats/csv.h"
#include "runtime/train/dataset.h"

namespace rnnc::train {

// Which sequence a row belongs to; rows of one stand together, in the order of time. Without this column the
// table is one sequence.
inline constexpr const char* kSequenceColumn = "sequence";

// A column has the name of an array of one number a step, `NAME.0`, `NAME.1`, ... are the elements of a
// larger one, row-major. What is single has the same number in all rows of a sequence. For models over one
// time; where there is none, every row is a sample. Fails as dataset_of() does.
Result<Dataset> dataset_of_columns(const std::vector<formats::Column>& columns, const Signature& signature,
                                   const std::string& name);

// read_csv and dataset_of_columns.
Result<Dataset> read_csv_data(const std::string& path, const Signature& signature);

}  // namespace rnnc::train
