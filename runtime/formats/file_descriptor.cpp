#include "runtime/formats/file_descriptor.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace rnnc::formats {

int write_fully(int file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), std::min(bytes.size(), kLargestCall));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return 0;
}

std::string system_message(int error) { return std::generic_category().message(error); }

}  // namespace rnnc::formats
