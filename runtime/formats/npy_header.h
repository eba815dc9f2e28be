// The dict literal in a .npy file. For this room only.
#pragma once

#include <string_view>

#include "runtime/formats/result.h"
#include "runtime/formats/tensor.h"

namespace rnnc::formats {

struct NpyHeader {
  DType dtype = DType::kF32;
  bool fortran_order = false;
  Shape shape;
};

// `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`: these three keys in any order, each once,
// then blanks.
Result<NpyHeader> parse_npy_header(std::string_view text);

// NumPy's name of a type, empty where it has none.
std::string_view npy_descr(DType dtype);

}  // namespace rnnc::formats
