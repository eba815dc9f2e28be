// Tables as arrays, where a row is a step of a sequence.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/formats/csv.h"
#include "runtime/formats/tensor.h"
#include "runtime/train/model.h"

namespace rnnc::train {

// Which sequence a row belongs to; rows of one stand together, in the order of time. Without this column the
// table is one sequence.
inline constexpr const char* kSequenceColumn = "sequence";

// The columns that an array stands in: NAME for one number, `NAME.0`, `NAME.1`, ... for the elements of a
// larger one, row-major.
std::vector<std::string> columns_of(const ArrayInfo& info);

// That a table has a column of nothing in the model, and that it lacks one.
Failure unknown_column(const formats::Table& table, const Signature& signature, const std::string& name);
Failure missing_column(const formats::Table& table, const Signature& signature, const ArrayInfo& info,
                       const std::string& name);

// What a table is read for. To be answered: of the inputs alone, and it may have columns of other things.
enum class Reading : uint8_t { kEverything, kInputs };

// The arrays of the signature as npz_data.h wants them. What is single has the same number in all rows of a
// sequence. For models over one time; where there is none, every row is a sample.
Result<std::vector<formats::Tensor>> arrays_of_steps(const formats::Table& table, const Signature& signature,
                                                     Reading reading = Reading::kEverything);

}  // namespace rnnc::train
