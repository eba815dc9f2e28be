// Files that are there whole or not at all: whatever goes wrong, a full disk or a crash, the file that stood
// under the name before is still there as it was.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "runtime/formats/file_descriptor.h"
#include "runtime/formats/result.h"

namespace rnnc::formats {

// Writes to a temporary file in the folder of `path`; commit() syncs it and renames it over `path`. Destroyed
// without commit(), or after a failure, it removes the temporary file. A link is followed, the mode of a file
// that was there is kept, a read-only one is refused. A device or pipe is written to directly, since it
// cannot be replaced.
class AtomicFile {
 public:
  static Result<AtomicFile> create(const std::string& path);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  // After a failed write every later write and commit() fail too.
  Status write(std::span<const std::byte> bytes);
  Status write(std::string_view text);
  Status commit();

 private:
  AtomicFile(std::string name, std::string target, std::string temporary, FileDescriptor file);
  Failure failed(const char* doing, int error);
  bool replaces() const { return !temporary_.empty(); }

  std::string name_;       // as the caller wrote it, for messages
  std::string target_;     // what is replaced, links resolved
  std::string temporary_;  // empty once renamed, or where the target is written to directly
  FileDescriptor file_;
  bool failed_ = false;
};

Status write_file(const std::string& path, std::string_view contents);
}  // namespace rnnc::formats
