#include <zlib.h>

#include <algorithm>
#include <set>

#include "runtime/formats/bytes.h"
#include "runtime/formats/utf8.h"
#include "runtime/formats/zip.h"
#include "runtime/formats/zip_layout.h"

namespace rnnc::formats {

namespace {

using zip::CentralHeader;
using zip::EndRecord;
using zip::LocalHeader;

// Deflate spends at least two bits on 258 bytes; one byte more covers the block's head.
uint64_t largest_inflated(uint64_t packed) { return (packed + 1) * 1032; }

Failure zip64(const ByteSource& source) {
  return failure("{}: is a zip64 archive (over 4 GiB or 65,535 members), which is not supported; split it",
                 source.name());
}

struct Directory {
  std::vector<std::byte> bytes;
  uint64_t offset;
  size_t entries;
};

// The end record stands last, followed by a comment of up to 64 KiB.
Result<Directory> read_directory(const ByteSource& source) {
  const uint64_t tail_size = std::min<uint64_t>(source.size(), EndRecord::kSize + UINT16_MAX);
  const uint64_t tail_begin = source.size() - tail_size;
  const auto tail = source.read(tail_begin, tail_size);
  if (!tail) return tail.error();
  for (size_t at = tail->size() + 1 - std::min(tail->size() + 1, EndRecord::kSize); at-- > 0;) {
    if (load<uint32_t>(*tail, at) != EndRecord::kSignature) continue;
    const size_t comment = load<uint16_t>(*tail, at + EndRecord::kCommentLength);
    if (at + EndRecord::kSize + comment != tail->size()) continue;

    const auto entries = load<uint16_t>(*tail, at + EndRecord::kEntries);
    const auto size = load<uint32_t>(*tail, at + EndRecord::kDirectorySize);
    const auto offset = load<uint32_t>(*tail, at + EndRecord::kDirectoryOffset);
    const bool locator =
        at >= zip::Zip64Locator::kSize &&
        load<uint32_t>(*tail, at - zip::Zip64Locator::kSize) == zip::Zip64Locator::kSignature;
    if (locator || entries == zip::kNeedsZip64Count || size == zip::kNeedsZip64 ||
        offset == zip::kNeedsZip64) {
      return zip64(source);
    }
    if (load<uint16_t>(*tail, at + EndRecord::kDisk) != 0 ||
        load<uint16_t>(*tail, at + EndRecord::kDirectoryDisk) != 0 ||
        load<uint16_t>(*tail, at + EndRecord::kEntriesHere) != entries) {
      return failure("{}: is one volume of several, which is not supported", source.name());
    }
    if (uint64_t{offset} + size != tail_begin + at) {
      return failure(
          "{}: is damaged: its directory of {} bytes at byte {} does not end where the end record begins",
          source.name(), size, offset);
    }
    auto bytes = source.read(offset, size);
    if (!bytes) return bytes.error();
    return Directory{std::move(*bytes), offset, entries};
  }
  return failure("{}: is no zip archive, or cut off: it has no end record", source.name());
}

Status check_entry(const ZipEntry& entry, uint16_t flags, uint16_t method) {
  if (first_invalid_utf8(entry.name)) return failure("its name is not UTF-8");
  if ((flags & zip::kEncrypted) != 0) return failure("is encrypted, which is not supported");
  if (method != 0 && method != 8) {
    return failure("is compressed with method {}; only stored and deflated are supported", method);
  }
  if (entry.method == ZipMethod::kStored && entry.size != entry.packed_size) {
    return failure("is stored, but its two sizes {} and {} differ", entry.packed_size, entry.size);
  }
  if (entry.size > largest_inflated(entry.packed_size)) {
    return failure("claims {} bytes out of {}, more than deflate can make", entry.size, entry.packed_size);
  }
  return ok();
}

// The central header at `at`, which moves behind it.
Result<ZipEntry> parse_entry(const ByteSource& source, std::span<const std::byte> directory, size_t& at) {
  const auto damaged = [&] {
    return failure("{}: is damaged: no member is described at byte {} of its directory", source.name(), at);
  };
  if (directory.size() - at < CentralHeader::kSize) return damaged();
  if (load<uint32_t>(directory, at) != CentralHeader::kSignature) return damaged();
  const size_t name_length = load<uint16_t>(directory, at + CentralHeader::kNameLength);
  const size_t length = CentralHeader::kSize + name_length +
                        load<uint16_t>(directory, at + CentralHeader::kExtraLength) +
                        load<uint16_t>(directory, at + CentralHeader::kCommentLength);
  if (directory.size() - at < length) return damaged();

  ZipEntry entry;
  entry.name = as_text(directory.subspan(at + CentralHeader::kSize, name_length));
  entry.method = static_cast<ZipMethod>(load<uint16_t>(directory, at + CentralHeader::kMethod));
  entry.crc = load<uint32_t>(directory, at + CentralHeader::kCrc);
  entry.packed_size = load<uint32_t>(directory, at + CentralHeader::kPackedSize);
  entry.size = load<uint32_t>(directory, at + CentralHeader::kUnpackedSize);
  entry.offset = load<uint32_t>(directory, at + CentralHeader::kOffset);
  if (std::max({entry.packed_size, entry.size, entry.offset}) == zip::kNeedsZip64) return zip64(source);
  const auto flags = load<uint16_t>(directory, at + CentralHeader::kFlags);
  if (auto checked = check_entry(entry, flags, static_cast<uint16_t>(entry.method)); !checked) {
    return failure("{}: member {} {}", source.name(), quote(entry.name), checked.error().message);
  }
  at += length;
  return entry;
}

Status check_members(const ByteSource& source, std::vector<ZipEntry> entries, uint64_t directory) {
  std::set<std::string_view> names;
  for (const ZipEntry& entry : entries) {
    if (!names.insert(entry.name).second) {
      return failure("{}: member {} stands twice", source.name(), quote(entry.name));
    }
  }
  std::ranges::sort(entries, {}, &ZipEntry::offset);
  for (size_t i = 0; i < entries.size(); ++i) {
    const uint64_t next = i + 1 < entries.size() ? entries[i + 1].offset : directory;
    const uint64_t end = uint64_t{entries[i].offset} + LocalHeader::kSize + entries[i].packed_size;
    if (end > next) {
      return failure("{}: is damaged: member {} at byte {} runs into what follows it", source.name(),
                     quote(entries[i].name), entries[i].offset);
    }
  }
  return ok();
}

// Raw deflate data that makes exactly `size` bytes.
Result<std::vector<std::byte>> inflate_exactly(std::span<const std::byte> packed, uint32_t size) {
  // zlib writes through next_out even where no byte is left to write.
  std::vector<std::byte> out(std::max<size_t>(size, 1));
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return failure("not enough memory to inflate it");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = size;
  const int result = inflate(&stream, Z_FINISH);
  const bool exact = stream.total_out == size && stream.avail_in == 0;
  inflateEnd(&stream);
  if (result != Z_STREAM_END || !exact) return failure("its compressed data is damaged");
  out.resize(size);
  return out;
}

}  // namespace

Result<std::vector<ZipEntry>> read_zip_directory(const ByteSource& source) {
  return guarded(source.name(), [&]() -> Result<std::vector<ZipEntry>> {
    const auto directory = read_directory(source);
    if (!directory) return directory.error();
    std::vector<ZipEntry> entries;
    size_t at = 0;
    for (size_t i = 0; i < directory->entries; ++i) {
      auto entry = parse_entry(source, directory->bytes, at);
      if (!entry) return entry.error();
      entries.push_back(std::move(*entry));
    }
    if (at != directory->bytes.size()) {
      return failure("{}: is damaged: its directory is longer than its {} members", source.name(),
                     directory->entries);
    }
    if (auto checked = check_members(source, entries, directory->offset); !checked) return checked.error();
    return entries;
  });
}

Result<std::vector<std::byte>> extract(const ByteSource& source, const ZipEntry& entry) {
  return guarded(source.name(), [&]() -> Result<std::vector<std::byte>> {
    const auto failed = [&](std::string_view why) {
      return failure("{}: member {}: {}", source.name(), quote(entry.name), why);
    };
    const auto header = source.read(entry.offset, LocalHeader::kSize);
    if (!header) return header.error();
    if (load<uint32_t>(*header, 0) != LocalHeader::kSignature) return failed("its header is damaged");
    // Sizes in the local header may be absent or in an extra field (Python writes both); the directory has
    // them.
    const size_t name_length = load<uint16_t>(*header, LocalHeader::kNameLength);
    const size_t extra_length = load<uint16_t>(*header, LocalHeader::kExtraLength);
    const auto name = source.read(entry.offset + LocalHeader::kSize, name_length);
    if (!name) return name.error();
    if (as_text(*name) != entry.name) return failed("its header has another name than the directory");
    auto data =
        source.read(entry.offset + LocalHeader::kSize + name_length + extra_length, entry.packed_size);
    if (!data) return data.error();
    if (entry.method == ZipMethod::kDeflated) {
      data = inflate_exactly(*data, entry.size);
      if (!data) return failed(data.error().message);
    }
    const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(data->data()), data->size());
    if (crc != entry.crc) return failed("its checksum is wrong: the file is damaged");
    return data;
  });
}

}  // namespace rnnc::formats
