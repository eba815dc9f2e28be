#include "runtime/formats/safetensors_header.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "runtime/formats/json.h"
#include "runtime/formats/utf8.h"

namespace rnnc::formats {

namespace {

using nlohmann::json;

constexpr std::string_view kMetadata = "__metadata__";

constexpr std::array<std::pair<std::string_view, DType>, 13> kNames = {{{"F64", DType::kF64},
                                                                        {"F32", DType::kF32},
                                                                        {"F16", DType::kF16},
                                                                        {"BF16", DType::kBF16},
                                                                        {"I64", DType::kI64},
                                                                        {"I32", DType::kI32},
                                                                        {"I16", DType::kI16},
                                                                        {"I8", DType::kI8},
                                                                        {"U64", DType::kU64},
                                                                        {"U32", DType::kU32},
                                                                        {"U16", DType::kU16},
                                                                        {"U8", DType::kU8},
                                                                        {"BOOL", DType::kBool}}};

Result<DType> parse_dtype(const json& value) {
  if (!value.is_string()) return failure("'dtype' is no string");
  const auto& name = value.get_ref<const std::string&>();
  for (const auto& [known, dtype] : kNames) {
    if (name == known) return dtype;
  }
  std::vector<std::string_view> names;
  for (const auto& row : kNames) names.push_back(row.first);
  return failure("dtype {} is not supported; convert the tensor to one of {}", quote(name),
                 fmt::join(names, " "));
}

// An array of whole numbers, at most `limit` of them.
Result<std::vector<uint64_t>> parse_numbers(const json& value, std::string_view key, size_t limit) {
  if (!value.is_array()) return failure("'{}' is no list", key);
  if (value.size() > limit) return failure("'{}' has {} numbers, more than {}", key, value.size(), limit);
  std::vector<uint64_t> numbers;
  for (const json& number : value) {
    if (!number.is_number_unsigned()) return failure("'{}' holds what is no whole number from 0 on", key);
    numbers.push_back(number.get<uint64_t>());
  }
  return numbers;
}

Result<SafetensorsEntry> parse_entry(const std::string& name, const json& value) {
  if (!value.is_object()) return failure("is described by what is no object");
  for (const char* key : {"dtype", "shape", "data_offsets"}) {
    if (!value.contains(key)) return failure("has no '{}'", key);
  }
  if (value.size() != 3) return failure("has keys other than 'dtype', 'shape' and 'data_offsets'");
  const auto dtype = parse_dtype(value["dtype"]);
  if (!dtype) return dtype.error();
  auto shape = parse_numbers(value["shape"], "shape", kMaxRank);
  if (!shape) return shape.error();
  const auto offsets = parse_numbers(value["data_offsets"], "data_offsets", 2);
  if (!offsets) return offsets.error();
  if (offsets->size() != 2) return failure("'data_offsets' is not [begin, end]");
  const uint64_t begin = (*offsets)[0];
  const uint64_t end = (*offsets)[1];
  const auto bytes = byte_count(*dtype, *shape);
  if (!bytes) return failure("shape {} is too large for any memory", to_string(*shape));
  if (end < begin || end - begin != *bytes) {
    return failure("{} of {} takes {} bytes, but 'data_offsets' is [{}, {}]", to_string(*shape),
                   name_of(*dtype), *bytes, begin, end);
  }
  return SafetensorsEntry{name, *dtype, std::move(*shape), begin, end};
}

Result<std::map<std::string, std::string>> parse_metadata(const json& value) {
  if (!value.is_object()) return failure("'{}' is no object of strings", kMetadata);
  std::map<std::string, std::string> metadata;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) return failure("'{}' has {} that is no string", kMetadata, quote(key));
    metadata.emplace(key, text.get<std::string>());
  }
  return metadata;
}

Status check_cover(const std::vector<SafetensorsEntry>& entries, uint64_t data_size) {
  uint64_t covered = 0;
  for (const auto& entry : entries) {
    if (entry.begin != covered) {
      return failure("tensor {} begins at byte {} of the data where {} is expected: there is {}",
                     quote(entry.name), entry.begin, covered,
                     entry.begin > covered ? "a hole before it" : "an overlap");
    }
    covered = entry.end;
  }
  if (covered != data_size) {
    return failure("the tensors take {} bytes, but {} follow the header; the file is {}", covered, data_size,
                   covered > data_size ? "cut off" : "damaged or has something appended");
  }
  return ok();
}

}  // namespace

Result<SafetensorsHeader> parse_safetensors_header(std::string_view text, uint64_t data_size) {
  if (text.empty() || text.front() != '{') return failure("the header does not begin with '{{'");
  constexpr size_t kDepth = 3;  // names, their descriptions, their lists
  const auto parsed = parse_json(text, kDepth);
  if (!parsed) return failure("the header (from byte 8 of the file on): {}", parsed.error().message);

  SafetensorsHeader header;
  for (const auto& [name, value] : parsed->items()) {
    if (name == kMetadata) {
      auto metadata = parse_metadata(value);
      if (!metadata) return metadata.error();
      header.metadata = std::move(*metadata);
      continue;
    }
    auto entry = parse_entry(name, value);
    if (!entry) return failure("tensor {} {}", quote(name), entry.error().message);
    header.entries.push_back(std::move(*entry));
  }
  std::ranges::sort(header.entries, {}, [](const SafetensorsEntry& entry) {
    return std::tie(entry.begin, entry.end, entry.name);
  });
  if (auto covered = check_cover(header.entries, data_size); !covered) return covered.error();
  return header;
}

Result<std::string> format_safetensors_header(const SafetensorsHeader& header) {
  auto object = nlohmann::ordered_json::object();
  const auto too_long = [](uint64_t bytes) {
    return failure("the header takes {} bytes or more, more than the {} that the format allows", bytes,
                   kLargestSafetensorsHeader);
  };
  uint64_t least = 0;
  for (const auto& [key, value] : header.metadata) least += key.size() + value.size();
  if (least > kLargestSafetensorsHeader) return too_long(least);
  if (!header.metadata.empty()) object[std::string(kMetadata)] = header.metadata;
  std::set<std::string_view> names;
  for (const auto& entry : header.entries) {
    if (entry.name == kMetadata) return failure("no tensor may have the name '{}'", kMetadata);
    if (!names.insert(entry.name).second) return failure("two tensors have the name {}", quote(entry.name));
    const auto row = std::ranges::find(kNames, entry.dtype, &decltype(kNames)::value_type::second);
    object[entry.name] = {
        {"dtype", row->first}, {"shape", entry.shape}, {"data_offsets", {entry.begin, entry.end}}};
  }
  auto text = dump_json(object);
  if (!text) return failure("a name or the metadata: {}", text.error().message);
  text->resize((text->size() + 7) / 8 * 8, ' ');
  if (text->size() > kLargestSafetensorsHeader) return too_long(text->size());
  return text;
}

}  // namespace rnnc::formats
