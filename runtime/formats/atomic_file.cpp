#include "runtime/formats/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>

#include "runtime/formats/bytes.h"

namespace rnnc::formats {

namespace {

namespace fs = std::filesystem;

// Opens a new file beside `target`. Another process may use the same number, in a container or across a
// network.
FileDescriptor create_temporary(const fs::path& target, std::string& name) {
  static std::atomic<unsigned> counter = 0;
  for (int attempt = 0; attempt < 100; ++attempt) {
    name = (target.parent_path() / fmt::format(".rnnc-{}-{}.tmp", ::getpid(), counter++)).string();
    FileDescriptor file(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file || errno != EEXIST) return file;
  }
  return {};
}

// Makes the rename itself survive a loss of power. File systems that cannot are left as they are.
int sync_folder(const fs::path& folder) {
  FileDescriptor opened(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) == 0 || errno == EINVAL || errno == ENOTSUP) return 0;
  return errno;
}

}  // namespace

AtomicFile::AtomicFile(std::string name, std::string target, std::string temporary, FileDescriptor file)
    : name_(std::move(name)),
      target_(std::move(target)),
      temporary_(std::move(temporary)),
      file_(std::move(file)) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : name_(std::move(other.name_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)),
      failed_(other.failed_) {}

AtomicFile::~AtomicFile() {
  if (replaces()) ::unlink(temporary_.c_str());
}

Result<AtomicFile> AtomicFile::create(const std::string& path) {
  struct stat status = {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return failure("{}: is a folder; name a file", path);
  if (exists && !S_ISREG(status.st_mode)) {
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file) return failure("{}: cannot be written: {}", path, system_message(errno));
    return AtomicFile(path, path, "", std::move(file));
  }
  if (exists && ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) {
    return failure("{}: cannot be replaced: {}", path, system_message(errno));
  }
  std::error_code error;
  const fs::path target = exists ? fs::canonical(path, error) : fs::path(path);
  if (error) return failure("{}: cannot be written: {}", path, error.message());
  if (!target.has_filename()) return failure("{}: names no file", path.empty() ? "''" : path);

  std::string temporary;
  FileDescriptor file = create_temporary(target, temporary);
  if (!file && errno == ENOENT) {
    return failure("{}: its folder {} does not exist; create it first", path, target.parent_path().string());
  }
  if (!file) return failure("{}: cannot be written: {}", path, system_message(errno));
  if (exists && ::fchmod(file.get(), status.st_mode & 07777) != 0) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    return failure("{}: cannot be written: {}", path, system_message(reason));
  }
  return AtomicFile(path, target.string(), std::move(temporary), std::move(file));
}

Failure AtomicFile::failed(const char* doing, int error) {
  failed_ = true;
  return failure("{}: cannot be {}: {}{}", name_, doing, system_message(error),
                 replaces() ? "; what stood there before is unchanged" : "");
}

Status AtomicFile::write(std::span<const std::byte> bytes) {
  if (failed_) return failure("{}: an earlier write failed", name_);
  if (const int error = write_fully(file_.get(), bytes)) return failed("written", error);
  return ok();
}

Status AtomicFile::write(std::string_view text) { return write(as_bytes(text)); }

Status AtomicFile::commit() {
  if (failed_) return failure("{}: an earlier write failed", name_);
  if (!replaces()) {
    if (file_.close() != 0) return failed("written", errno);
    return ok();
  }
  if (::fsync(file_.get()) != 0) return failed("written", errno);
  if (file_.close() != 0) return failed("written", errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) return failed("replaced", errno);
  temporary_.clear();
  if (const int error = sync_folder(fs::path(target_).parent_path())) {
    failed_ = true;
    return failure("{}: is written, but may not survive a loss of power: {}", name_, system_message(error));
  }
  return ok();
}

Status write_file(const std::string& path, std::string_view contents) {
  auto file = AtomicFile::create(path);
  if (!file) return file.error();
  if (auto written = file->write(contents); !written) return written;
  return file->commit();
}

}  // namespace rnnc::formats
