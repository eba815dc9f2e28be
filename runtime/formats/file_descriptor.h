// An open file of the system, and what the bare calls leave to their callers.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace rnnc::formats {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~FileDescriptor() { close(); }

  explicit operator bool() const { return number_ >= 0; }
  int get() const { return number_; }
  // What close(2) returns: some file systems say only here that a write failed.
  int close() { return number_ >= 0 ? ::close(std::exchange(number_, -1)) : 0; }

 private:
  int number_ = -1;
};

// More than this Linux does not move in one call.
inline constexpr size_t kLargestCall = size_t{1} << 30;

// All of `bytes`, however many calls it takes. 0, or the system's error.
int write_fully(int file, std::span<const std::byte> bytes);

// The sentence for what the system calls `error`.
std::string system_message(int error);

}  // namespace rnnc::formats
