// NumPy's .npy: magic, version, a header that is a Python dict literal, then the elements.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/formats/result.h"
#include "runtime/formats/tensor.h"

namespace rnnc::formats {

// Versions 1.0 and 2.0, C and Fortran order (the tensor is row-major either way), little-endian numbers and
// bools. What would need Python (objects, records, strings) is refused. The tensor has no name: the file
// knows none.
Result<Tensor> read_npy(const std::string& path);
// The same of a file's bytes, which it takes over; `name` is what messages call it.
Result<Tensor> parse_npy(std::vector<std::byte> bytes, const std::string& name);

// Version 1.0, C order. bf16 is refused: NumPy has none.
Status write_npy(const std::string& path, const Tensor& tensor);
// What precedes the elements, a multiple of 64 bytes.
Result<std::string> format_npy_header(const Tensor& tensor);

}  // namespace rnnc::formats
