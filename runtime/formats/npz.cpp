#include "runtime/formats/npz.h"

#include "runtime/formats/bytes.h"
#include "runtime/formats/npy.h"
#include "runtime/formats/utf8.h"
#include "runtime/formats/zip.h"

namespace rnnc::formats {

namespace {

constexpr std::string_view kSuffix = ".npy";

}  // namespace

Result<std::vector<Tensor>> read_npz(const ByteSource& source) {
  const auto entries = read_zip_directory(source);
  if (!entries) return entries.error();
  std::vector<Tensor> tensors;
  for (const ZipEntry& entry : *entries) {
    if (!entry.name.ends_with(kSuffix)) {
      return failure("{}: member {} is no array: its name does not end with {}", source.name(),
                     quote(entry.name), kSuffix);
    }
    auto bytes = extract(source, entry);
    if (!bytes) return bytes.error();
    auto tensor =
        parse_npy(std::move(*bytes), fmt::format("{}: member {}", source.name(), quote(entry.name)));
    if (!tensor) return tensor.error();
    tensor->name = entry.name.substr(0, entry.name.size() - kSuffix.size());
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

Result<std::vector<Tensor>> read_npz(const std::string& path) {
  const auto source = open_source(path);
  if (!source) return source.error();
  return read_npz(**source);
}

Status write_npz(const std::string& path, const std::vector<Tensor>& tensors, NpzCompression compression) {
  auto archive = ZipWriter::create(path);
  if (!archive) return archive.error();
  const auto method = compression == NpzCompression::kDeflate ? ZipMethod::kDeflated : ZipMethod::kStored;
  for (const Tensor& tensor : tensors) {
    const auto header = format_npy_header(tensor);
    if (!header) return failure("{}: {}", path, header.error().message);
    if (auto added =
            archive->add(tensor.name + std::string(kSuffix), {as_bytes(*header), tensor.data}, method);
        !added) {
      return added;
    }
  }
  return archive->commit();
}

}  // namespace rnnc::formats
