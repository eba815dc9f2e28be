#include <utf8proc.h>

#include "compiler/support/source.h"

namespace rnnc::support {

size_t display_width(std::string_view text) {
  size_t width = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t point = 0;
    utf8proc_ssize_t length = utf8proc_iterate(bytes, left, &point);
    if (length <= 0) return width + static_cast<size_t>(left);
    width += static_cast<size_t>(utf8proc_charwidth(point));
    bytes += length;
    left -= length;
  }
  return width;
}

}  // namespace rnnc::support
