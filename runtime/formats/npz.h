// NumPy's .npz: a zip file with one member `<name>.npy` for each array.
#pragma once

#include <string>
#include <vector>

#include "runtime/formats/byte_source.h"
#include "runtime/formats/result.h"
#include "runtime/formats/tensor.h"

namespace rnnc::formats {

// The arrays of np.savez and np.savez_compressed, by name, in the order of the file. Members that are no .npy
// are refused.
Result<std::vector<Tensor>> read_npz(const std::string& path);
Result<std::vector<Tensor>> read_npz(const ByteSource& source);

enum class NpzCompression { kNone, kDeflate };

// Atomic. In the order given; a name may not stand twice.
Status write_npz(const std::string& path, const std::vector<Tensor>& tensors,
                 NpzCompression compression = NpzCompression::kNone);

}  // namespace rnnc::formats
