#include <zlib.h>

#include <algorithm>

#include "runtime/formats/bytes.h"
#include "runtime/formats/utf8.h"
#include "runtime/formats/zip.h"
#include "runtime/formats/zip_layout.h"

namespace rnnc::formats {

namespace {

using Pieces = std::vector<std::span<const std::byte>>;

constexpr uint16_t kTime = 0;
constexpr uint16_t kDate = 1 << 5 | 1;  // 1 January 1980, the first day that the format knows

const Bytef* bytes_of(std::span<const std::byte> bytes) {
  return reinterpret_cast<const Bytef*>(bytes.data());
}

// Raw deflate of at most 4 GiB, which the caller has checked.
Result<std::vector<std::byte>> deflate_pieces(const Pieces& pieces, uint64_t size) {
  z_stream stream = {};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return failure("not enough memory to compress it");
  }
  std::vector<std::byte> out(deflateBound(&stream, size));
  size_t done = 0;
  const auto run = [&](int flush) {
    int result = Z_OK;
    do {
      const auto room = static_cast<uInt>(std::min<size_t>(out.size() - done, UINT32_MAX));
      stream.next_out = reinterpret_cast<Bytef*>(out.data() + done);
      stream.avail_out = room;
      result = deflate(&stream, flush);
      done += room - stream.avail_out;
    } while (result == Z_OK && (stream.avail_in > 0 || flush == Z_FINISH));
    return result;
  };
  bool good = true;
  for (const auto piece : pieces) {
    stream.next_in = const_cast<Bytef*>(bytes_of(piece));
    stream.avail_in = static_cast<uInt>(piece.size());
    good = good && (piece.empty() || run(Z_NO_FLUSH) == Z_OK);
  }
  good = good && run(Z_FINISH) == Z_STREAM_END;
  deflateEnd(&stream);
  if (!good) return failure("zlib cannot compress it");
  out.resize(done);
  return out;
}

// From the version needed to the length of the name: what local and central headers have in common.
void append_common(std::string& out, const ZipEntry& entry) {
  append(out, zip::kVersion);
  append(out, zip::kUtf8Name);
  append(out, static_cast<uint16_t>(entry.method));
  append(out, kTime);
  append(out, kDate);
  append(out, entry.crc);
  append(out, entry.packed_size);
  append(out, entry.size);
  append(out, static_cast<uint16_t>(entry.name.size()));
  append(out, uint16_t{0});  // no extra field
}

void append_central(std::string& out, const ZipEntry& entry) {
  append(out, zip::CentralHeader::kSignature);
  append(out, zip::kVersion);  // made by
  append_common(out, entry);
  append(out, uint16_t{0});  // no comment
  append(out, uint16_t{0});  // first volume
  append(out, uint16_t{0});  // internal attributes
  append(out, uint32_t{0});  // external attributes
  append(out, entry.offset);
  out += entry.name;
}

}  // namespace

Result<ZipWriter> ZipWriter::create(const std::string& path) {
  auto file = AtomicFile::create(path);
  if (!file) return file.error();
  return ZipWriter(path, std::move(*file));
}

Status ZipWriter::write(std::span<const std::byte> bytes) {
  offset_ += bytes.size();
  return file_.write(bytes);
}

Status ZipWriter::add(const std::string& name, const Pieces& pieces, ZipMethod method) {
  const auto failed = [&](std::string_view why) {
    return failure("{}: member {}: {}", path_, quote(name), why);
  };
  if (name.size() > UINT16_MAX || first_invalid_utf8(name)) return failed("no possible name");
  if (!names_.insert(name).second) return failed("stands twice");
  uint64_t size = 0;
  uint32_t crc = 0;
  for (const auto piece : pieces) {
    if (piece.empty()) continue;  // zlib takes a null pointer for the start of a new checksum
    size += piece.size();
    crc = static_cast<uint32_t>(crc32_z(crc, bytes_of(piece), piece.size()));
  }
  if (size >= zip::kNeedsZip64 || offset_ >= zip::kNeedsZip64 ||
      entries_.size() + 1 >= zip::kNeedsZip64Count) {
    return failed("a zip file holds at most 4 GiB and 65,534 members; write several files");
  }
  Pieces content = pieces;
  std::vector<std::byte> packed;
  uint64_t packed_size = size;
  if (method == ZipMethod::kDeflated) {
    auto deflated = deflate_pieces(pieces, size);
    if (!deflated) return failed(deflated.error().message);
    packed = std::move(*deflated);
    packed_size = packed.size();
    if (packed_size >= zip::kNeedsZip64) return failed("a zip file holds at most 4 GiB; write several files");
    content = {packed};
  }
  const ZipEntry entry{name,
                       method,
                       crc,
                       static_cast<uint32_t>(packed_size),
                       static_cast<uint32_t>(size),
                       static_cast<uint32_t>(offset_)};
  std::string header;
  append(header, zip::LocalHeader::kSignature);
  append_common(header, entry);
  header += name;
  if (auto written = write(as_bytes(header)); !written) return written;
  for (const auto piece : content) {
    if (auto written = write(piece); !written) return written;
  }
  entries_.push_back(entry);
  return ok();
}

Status ZipWriter::commit() {
  std::string directory;
  for (const ZipEntry& entry : entries_) append_central(directory, entry);
  if (offset_ + directory.size() >= zip::kNeedsZip64) {
    return failure("{}: a zip file holds at most 4 GiB; write several files", path_);
  }
  std::string end;
  append(end, zip::EndRecord::kSignature);
  append(end, uint16_t{0});
  append(end, uint16_t{0});
  append(end, static_cast<uint16_t>(entries_.size()));
  append(end, static_cast<uint16_t>(entries_.size()));
  append(end, static_cast<uint32_t>(directory.size()));
  append(end, static_cast<uint32_t>(offset_));
  append(end, uint16_t{0});
  if (auto written = write(as_bytes(directory)); !written) return written;
  if (auto written = write(as_bytes(end)); !written) return written;
  return file_.commit();
}

}  // namespace rnnc::formats
