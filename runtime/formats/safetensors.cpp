#include "runtime/formats/safetensors.h"

#include <algorithm>
#include <tuple>

#include "runtime/formats/atomic_file.h"
#include "runtime/formats/bytes.h"
#include "runtime/formats/safetensors_header.h"
#include "runtime/formats/utf8.h"

namespace rnnc::formats {

namespace {

constexpr uint64_t kLengthBytes = 8;

struct Opened {
  SafetensorsHeader header;
  uint64_t data_begin;
};

Result<Opened> read_header(const ByteSource& source) {
  if (source.size() < kLengthBytes) {
    return failure("{}: has {} bytes, too few for a safetensors file", source.name(), source.size());
  }
  const auto prefix = source.read(0, kLengthBytes);
  if (!prefix) return prefix.error();
  const auto length = load<uint64_t>(*prefix, 0);
  if (length > kLargestSafetensorsHeader || length > source.size() - kLengthBytes) {
    return failure(
        "{}: is no safetensors file, or damaged: its first 8 bytes announce a header of {} bytes, but {} "
        "follow "
        "and at most {} are allowed",
        source.name(), length, source.size() - kLengthBytes, kLargestSafetensorsHeader);
  }
  const auto text = source.read(kLengthBytes, length);
  if (!text) return text.error();
  const uint64_t data_begin = kLengthBytes + length;
  auto header = parse_safetensors_header(as_text(*text), source.size() - data_begin);
  if (!header) return failure("{}: {}", source.name(), header.error().message);
  return Opened{std::move(*header), data_begin};
}

}  // namespace

Result<TensorFile> read_safetensors(const ByteSource& source) {
  return guarded(source.name(), [&]() -> Result<TensorFile> {
    auto opened = read_header(source);
    if (!opened) return opened.error();
    TensorFile file{std::move(opened->header.metadata), {}};
    for (auto& entry : opened->header.entries) {
      auto data = source.read(opened->data_begin + entry.begin, entry.end - entry.begin);
      if (!data) return data.error();
      file.tensors.push_back({std::move(entry.name), entry.dtype, std::move(entry.shape), std::move(*data)});
    }
    return file;
  });
}

Result<TensorFile> read_safetensors(const std::string& path) {
  const auto source = open_source(path);
  if (!source) return source.error();
  return read_safetensors(**source);
}

Result<std::map<std::string, std::string>> read_safetensors_metadata(const std::string& path) {
  const auto source = open_source(path);
  if (!source) return source.error();
  return guarded(path, [&]() -> Result<std::map<std::string, std::string>> {
    auto opened = read_header(**source);
    if (!opened) return opened.error();
    return std::move(opened->header.metadata);
  });
}

Status write_safetensors(const std::string& path, const TensorFile& file) {
  std::vector<const Tensor*> tensors;
  for (const Tensor& tensor : file.tensors) {
    if (auto checked = check_tensor(tensor); !checked)
      return failure("{}: {}", path, checked.error().message);
    tensors.push_back(&tensor);
  }
  std::ranges::sort(tensors, [](const Tensor* a, const Tensor* b) {
    return std::tuple(size_of(b->dtype), std::string_view(a->name)) <
           std::tuple(size_of(a->dtype), std::string_view(b->name));
  });

  SafetensorsHeader header{file.metadata, {}};
  uint64_t offset = 0;
  for (const Tensor* tensor : tensors) {
    const uint64_t end = offset + tensor->data.size();
    header.entries.push_back({tensor->name, tensor->dtype, tensor->shape, offset, end});
    offset = end;
  }
  const auto text = format_safetensors_header(header);
  if (!text) return failure("{}: {}", path, text.error().message);

  auto out = AtomicFile::create(path);
  if (!out) return out.error();
  std::string length;
  append(length, static_cast<uint64_t>(text->size()));
  if (auto written = out->write(length); !written) return written;
  if (auto written = out->write(*text); !written) return written;
  for (const Tensor* tensor : tensors) {
    if (auto written = out->write(tensor->data); !written) return written;
  }
  return out->commit();
}

}  // namespace rnnc::formats
