// safetensors: u64 little-endian length of the header, a JSON header (name → dtype, shape, data_offsets,
// which count from its end; `__metadata__` of strings), then the tensors' bytes, row-major.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/formats/byte_source.h"
#include "runtime/formats/result.h"
#include "runtime/formats/tensor.h"

namespace rnnc::formats {

struct TensorFile {
  std::map<std::string, std::string> metadata;
  std::vector<Tensor> tensors;  // read: in the order of their data
};

// The published format and nothing else: no holes, no overlaps, no name twice, no byte after the last tensor,
// no key that the format does not have, a header of at most 100 MB, only the dtypes of DType.
Result<TensorFile> read_safetensors(const std::string& path);
Result<TensorFile> read_safetensors(const ByteSource& source);

// Only the metadata, without the tensors' data; the whole header is checked all the same.
Result<std::map<std::string, std::string>> read_safetensors_metadata(const std::string& path);

// Atomic. The data starts at a multiple of 8 and wider types come first, then by name, so that every tensor
// is aligned; the same tensors give the same bytes in whatever order they are given.
Status write_safetensors(const std::string& path, const TensorFile& file);

}  // namespace rnnc::formats
