// Bytes that can be read at any offset: a file, or memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/formats/result.h"

namespace rnnc::formats {

class ByteSource {
 public:
  ByteSource(std::string name, uint64_t size) : name_(std::move(name)), size_(size) {}
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  const std::string& name() const { return name_; }  // what messages call it
  uint64_t size() const { return size_; }

  // Fills `out` from `offset` on. Past the end it fails, and so does a file that shrank meanwhile.
  Status read(uint64_t offset, std::span<std::byte> out) const;
  // As many bytes as asked for. The length is checked against size() before memory is taken.
  Result<std::vector<std::byte>> read(uint64_t offset, uint64_t length) const;

 private:
  virtual Status read_within(uint64_t offset, std::span<std::byte> out) const = 0;

  std::string name_;
  uint64_t size_;
};

// A file stays open and is read piece by piece; a pipe is read to its end at once. Folders and devices are
// refused.
Result<std::unique_ptr<ByteSource>> open_source(const std::string& path);
std::unique_ptr<ByteSource> memory_source(std::string name, std::vector<std::byte> bytes);

// A whole file as text or bytes.
Result<std::string> read_text(const std::string& path);
Result<std::vector<std::byte>> read_bytes(const std::string& path);

// Runs a reader, and turns running out of memory into a failure.
template <class Function>
auto guarded(const std::string& name, Function function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::exception& exception) {
    return failure("{}: cannot be read: {}", name, exception.what());
  }
}

}  // namespace rnnc::formats
