#include "runtime/formats/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/formats/file_descriptor.h"

namespace rnnc::formats {

namespace {

class FileSource : public ByteSource {
 public:
  FileSource(std::string name, uint64_t size, FileDescriptor file)
      : ByteSource(std::move(name), size), file_(std::move(file)) {}

 private:
  Status read_within(uint64_t offset, std::span<std::byte> out) const override {
    size_t done = 0;
    while (done < out.size()) {
      const size_t length = std::min(out.size() - done, kLargestCall);
      const ssize_t count =
          ::pread(file_.get(), out.data() + done, length, static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return failure("{}: cannot be read: {}", name(), system_message(errno));
      if (count == 0) return failure("{}: became shorter while it was read", name());
      done += static_cast<size_t>(count);
    }
    return ok();
  }

  FileDescriptor file_;
};

class MemorySource : public ByteSource {
 public:
  MemorySource(std::string name, std::vector<std::byte> bytes)
      : ByteSource(std::move(name), bytes.size()), bytes_(std::move(bytes)) {}

 private:
  Status read_within(uint64_t offset, std::span<std::byte> out) const override {
    if (!out.empty()) std::memcpy(out.data(), bytes_.data() + offset, out.size());
    return ok();
  }

  std::vector<std::byte> bytes_;
};

Result<std::vector<std::byte>> read_pipe(const std::string& path, int file) {
  std::vector<std::byte> bytes;
  std::vector<std::byte> piece(size_t{1} << 16);
  for (;;) {
    const ssize_t count = ::read(file, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("{}: cannot be read: {}", path, system_message(errno));
    if (count == 0) return bytes;
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + count);
  }
}

}  // namespace

Status ByteSource::read(uint64_t offset, std::span<std::byte> out) const {
  if (offset > size_ || out.size() > size_ - offset) {
    return failure("{}: has {} bytes, but {} are needed at byte {}; it is cut off or damaged", name_, size_,
                   out.size(), offset);
  }
  return read_within(offset, out);
}

Result<std::vector<std::byte>> ByteSource::read(uint64_t offset, uint64_t length) const {
  if (offset > size_ || length > size_ - offset) {
    return failure("{}: has {} bytes, but {} are needed at byte {}; it is cut off or damaged", name_, size_,
                   length, offset);
  }
  std::vector<std::byte> out(length);
  if (auto read = read_within(offset, out); !read) return read.error();
  return out;
}

Result<std::unique_ptr<ByteSource>> open_source(const std::string& path) {
  return guarded(path, [&]() -> Result<std::unique_ptr<ByteSource>> {
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status = {};
    if (!file || ::fstat(file.get(), &status) != 0) {
      return failure("{}: cannot be opened: {}", path, system_message(errno));
    }
    if (S_ISREG(status.st_mode)) {
      return std::unique_ptr<ByteSource>(
          new FileSource(path, static_cast<uint64_t>(status.st_size), std::move(file)));
    }
    if (S_ISDIR(status.st_mode)) return failure("{}: is a folder, not a file", path);
    if (!S_ISFIFO(status.st_mode)) return failure("{}: is neither a file nor a pipe", path);
    auto bytes = read_pipe(path, file.get());
    if (!bytes) return bytes.error();
    return memory_source(path, std::move(*bytes));
  });
}

std::unique_ptr<ByteSource> memory_source(std::string name, std::vector<std::byte> bytes) {
  return std::make_unique<MemorySource>(std::move(name), std::move(bytes));
}

Result<std::vector<std::byte>> read_bytes(const std::string& path) {
  const auto source = open_source(path);
  if (!source) return source.error();
  return guarded(path, [&] { return (*source)->read(0, (*source)->size()); });
}

Result<std::string> read_text(const std::string& path) {
  const auto source = open_source(path);
  if (!source) return source.error();
  return guarded(path, [&]() -> Result<std::string> {
    std::string text((*source)->size(), '\0');
    if (auto read = (*source)->read(0, std::as_writable_bytes(std::span(text))); !read) return read.error();
    return text;
  });
}

}  // namespace rnnc::formats
