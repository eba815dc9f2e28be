// The header of a safetensors file, without the data. For this room only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/formats/result.h"
#include "runtime/formats/tensor.h"

namespace rnnc::formats {

inline constexpr uint64_t kLargestSafetensorsHeader = 100'000'000;  // bytes, as the format says

struct SafetensorsEntry {
  std::string name;
  DType dtype;
  Shape shape;
  uint64_t begin;  // bytes from the end of the header
  uint64_t end;
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::vector<SafetensorsEntry> entries;  // by offset; together they cover the data exactly
};

Result<SafetensorsHeader> parse_safetensors_header(std::string_view json, uint64_t data_size);

// Padded with blanks to a multiple of 8.
Result<std::string> format_safetensors_header(const SafetensorsHeader& header);

}  // namespace rnnc::formats
