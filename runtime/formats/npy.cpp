#include "runtime/formats/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "runtime/formats/atomic_file.h"
#include "runtime/formats/byte_source.h"
#include "runtime/formats/bytes.h"
#include "runtime/formats/npy_header.h"
#include "runtime/formats/utf8.h"

namespace rnnc::formats {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kVersionEnd = 8;  // the magic and two bytes of version
constexpr size_t kAlignment = 64;  // of the elements in the file, as NumPy pads

struct Extent {
  size_t header_begin;
  size_t data_begin;
};

Result<Extent> locate_header(std::span<const std::byte> bytes) {
  if (bytes.size() < kVersionEnd || !as_text(bytes).starts_with(kMagic)) {
    return failure("it is no .npy file: it does not begin with \\x93NUMPY and a version");
  }
  const auto major = load<uint8_t>(bytes, 6);
  const auto minor = load<uint8_t>(bytes, 7);
  if ((major != 1 && major != 2) || minor != 0) {
    return failure("its version {}.{} is not supported; 1.0 and 2.0 are", major, minor);
  }
  const size_t length_bytes = major == 1 ? 2 : 4;
  const size_t header_begin = kVersionEnd + length_bytes;
  if (bytes.size() < header_begin) return failure("it is cut off in its header");
  const uint64_t length =
      major == 1 ? load<uint16_t>(bytes, kVersionEnd) : load<uint32_t>(bytes, kVersionEnd);
  if (length > bytes.size() - header_begin) {
    return failure("its header is {} bytes long, but only {} follow; it is cut off or damaged", length,
                   bytes.size() - header_begin);
  }
  return Extent{header_begin, header_begin + length};
}

// From first index fastest to last index fastest.
std::vector<std::byte> to_row_major(std::span<const std::byte> columns, const Shape& shape, size_t width) {
  std::vector<std::byte> rows(columns.size());
  std::vector<size_t> strides(shape.size());  // in elements, of `columns`
  std::exclusive_scan(shape.begin(), shape.end(), strides.begin(), size_t{1}, std::multiplies<>());
  Shape index(shape.size());
  size_t source = 0;
  for (size_t target = 0; target < rows.size(); target += width) {
    std::memcpy(rows.data() + target, columns.data() + source * width, width);
    for (size_t axis = shape.size(); axis-- > 0;) {
      source += strides[axis];
      if (++index[axis] < shape[axis]) break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return rows;
}

Result<Tensor> parse(std::vector<std::byte> bytes) {
  const auto extent = locate_header(bytes);
  if (!extent) return extent.error();
  const auto header_text =
      as_text(bytes).substr(extent->header_begin, extent->data_begin - extent->header_begin);
  auto header = parse_npy_header(header_text);
  if (!header) return header.error();
  const auto expected = byte_count(header->dtype, header->shape);
  const size_t present = bytes.size() - extent->data_begin;
  if (!expected || *expected != present) {
    return failure(
        "{} of {} takes {} bytes, but {} follow the header; it is {}", to_string(header->shape),
        name_of(header->dtype), expected ? fmt::to_string(*expected) : "too many", present,
        expected && *expected < present ? "damaged or has something appended" : "cut off or damaged");
  }
  Tensor tensor{"", header->dtype, std::move(header->shape), {}};
  // In place: a large array is not held twice.
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(extent->data_begin));
  const bool transposed = header->fortran_order && tensor.shape.size() > 1;
  tensor.data = transposed ? to_row_major(bytes, tensor.shape, size_of(tensor.dtype)) : std::move(bytes);
  return tensor;
}

}  // namespace

Result<Tensor> parse_npy(std::vector<std::byte> bytes, const std::string& name) {
  return guarded(name, [&]() -> Result<Tensor> {
    auto tensor = parse(std::move(bytes));
    if (!tensor) return failure("{}: {}", name, tensor.error().message);
    return tensor;
  });
}

Result<Tensor> read_npy(const std::string& path) {
  auto bytes = read_bytes(path);
  if (!bytes) return bytes.error();
  return parse_npy(std::move(*bytes), path);
}

Result<std::string> format_npy_header(const Tensor& tensor) {
  if (auto checked = check_tensor(tensor); !checked) return checked.error();
  const auto descr = npy_descr(tensor.dtype);
  if (descr.empty()) {
    return failure("tensor {}: NumPy has no {}; convert it to f32", quote(tensor.name),
                   name_of(tensor.dtype));
  }
  std::string shape;
  for (const uint64_t size : tensor.shape) shape += fmt::format("{}, ", size);
  if (shape.size() > 2) shape.resize(shape.size() - (tensor.shape.size() == 1 ? 1 : 2));
  std::string dict = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", descr, shape);

  const size_t prefix = kVersionEnd + sizeof(uint16_t);
  const size_t total = (prefix + dict.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  dict.resize(total - prefix - 1, ' ');
  dict += '\n';
  // kMaxRank sizes of 20 digits each stay far below 64 KiB, so version 1.0 is enough.
  std::string header(kMagic);
  header += {'\x01', '\x00'};
  append(header, static_cast<uint16_t>(dict.size()));
  return header + dict;
}

Status write_npy(const std::string& path, const Tensor& tensor) {
  const auto header = format_npy_header(tensor);
  if (!header) return failure("{}: {}", path, header.error().message);
  auto file = AtomicFile::create(path);
  if (!file) return file.error();
  if (auto written = file->write(*header); !written) return written;
  if (auto written = file->write(tensor.data); !written) return written;
  return file->commit();
}

}  // namespace rnnc::formats
