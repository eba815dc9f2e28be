// The records of a zip file (PKWARE APPNOTE 4.3), as offsets of their fields. For this room only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rnnc::formats::zip {

// The same fields, in the same order, in both kinds of header of a member.
inline constexpr uint16_t kVersion = 20;  // 2.0: deflate
inline constexpr uint16_t kEncrypted = 1u << 0;
inline constexpr uint16_t kUtf8Name = 1u << 11;
inline constexpr uint32_t kNeedsZip64 = UINT32_MAX;
inline constexpr uint16_t kNeedsZip64Count = UINT16_MAX;

struct LocalHeader {
  static constexpr uint32_t kSignature = 0x04034b50;
  static constexpr size_t kSize = 30;
  static constexpr size_t kNameLength = 26;
  static constexpr size_t kExtraLength = 28;
};

struct CentralHeader {
  static constexpr uint32_t kSignature = 0x02014b50;
  static constexpr size_t kSize = 46;
  static constexpr size_t kFlags = 8;
  static constexpr size_t kMethod = 10;
  static constexpr size_t kCrc = 16;
  static constexpr size_t kPackedSize = 20;
  static constexpr size_t kUnpackedSize = 24;
  static constexpr size_t kNameLength = 28;
  static constexpr size_t kExtraLength = 30;
  static constexpr size_t kCommentLength = 32;
  static constexpr size_t kOffset = 42;
};

struct EndRecord {
  static constexpr uint32_t kSignature = 0x06054b50;
  static constexpr size_t kSize = 22;
  static constexpr size_t kDisk = 4;
  static constexpr size_t kDirectoryDisk = 6;
  static constexpr size_t kEntriesHere = 8;
  static constexpr size_t kEntries = 10;
  static constexpr size_t kDirectorySize = 12;
  static constexpr size_t kDirectoryOffset = 16;
  static constexpr size_t kCommentLength = 20;
};

struct Zip64Locator {
  static constexpr uint32_t kSignature = 0x07064b50;
  static constexpr size_t kSize = 20;
};

}  // namespace rnnc::formats::zip
