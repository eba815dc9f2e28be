// The zip container, as far as .npz needs it: stored and deflated members, no zip64, no encryption.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/formats/atomic_file.h"
#include "runtime/formats/byte_source.h"
#include "runtime/formats/result.h"

namespace rnnc::formats {

enum class ZipMethod : uint16_t { kStored = 0, kDeflated = 8 };

struct ZipEntry {
  std::string name;
  ZipMethod method = ZipMethod::kStored;
  uint32_t crc = 0;
  uint32_t packed_size = 0;
  uint32_t size = 0;
  uint32_t offset = 0;  // of the local header
};

// The central directory, in its order. Fails on a name that stands twice, on members that overlap, on zip64,
// archives of several volumes, encryption, unknown methods and sizes that no deflated data of that length can
// have.
Result<std::vector<ZipEntry>> read_zip_directory(const ByteSource& source);

// A member's bytes, with the checksum verified. `entry` is one of read_zip_directory's.
Result<std::vector<std::byte>> extract(const ByteSource& source, const ZipEntry& entry);

// Writes members one after another, all with the same date, so that equal contents make equal files.
class ZipWriter {
 public:
  static Result<ZipWriter> create(const std::string& path);

  // The member is the concatenation of `pieces`. Fails on a name used before and beyond what the format holds
  // without zip64.
  Status add(const std::string& name, const std::vector<std::span<const std::byte>>& pieces,
             ZipMethod method);
  // Writes the directory and puts the file in place.
  Status commit();

 private:
  ZipWriter(std::string path, AtomicFile file) : path_(std::move(path)), file_(std::move(file)) {}
  Status write(std::span<const std::byte> bytes);

  std::string path_;
  AtomicFile file_;
  std::vector<ZipEntry> entries_;
  std::set<std::string> names_;
  uint64_t offset_ = 0;
};

}  // namespace rnnc::formats
