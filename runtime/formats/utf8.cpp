#include "runtime/formats/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace rnnc::formats {

namespace {

constexpr size_t kLongestQuote = 60;  // bytes

bool is_control(char32_t code_point) {
  const bool separator = code_point == 0x2028 || code_point == 0x2029 || code_point == 0xFEFF;
  return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0) || separator;
}

}  // namespace

std::optional<CodePoint> decode_utf8(std::string_view text, size_t offset) {
  if (offset >= text.size()) return std::nullopt;
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned lead = byte(offset);
  if (lead < 0x80) return CodePoint{lead, 1};
  if (lead < 0xC2 || lead > 0xF4) return std::nullopt;
  const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() - offset < length) return std::nullopt;
  char32_t value = lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(offset + i) & 0xC0) != 0x80) return std::nullopt;
    value = value << 6 | (byte(offset + i) & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[length] || value > 0x10FFFF || surrogate) return std::nullopt;
  return CodePoint{value, length};
}

std::optional<size_t> first_invalid_utf8(std::string_view text) {
  size_t offset = 0;
  while (offset < text.size()) {
    const auto code_point = decode_utf8(text, offset);
    if (!code_point) return offset;
    offset += code_point->length;
  }
  return std::nullopt;
}

void append_utf8(std::string& out, char32_t code_point) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

std::string_view take_line(std::string_view& rest) {
  const size_t length = std::min(rest.find('\n'), rest.size());
  auto line = rest.substr(0, length);
  rest.remove_prefix(std::min(length + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string quote(std::string_view text) {
  std::string out = "'";
  size_t offset = 0;
  while (offset < text.size()) {
    if (offset >= kLongestQuote) return out + "…'";
    const auto code_point = decode_utf8(text, offset);
    if (!code_point) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[offset]));
    } else if (is_control(code_point->value)) {
      fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", static_cast<uint32_t>(code_point->value));
    } else {
      out += text.substr(offset, code_point->length);
    }
    offset += code_point ? code_point->length : 1;
  }
  return out + "'";
}

std::string described(char32_t code_point) {
  const std::string number = fmt::format("U+{:04X}", static_cast<uint32_t>(code_point));
  if (is_control(code_point)) return number;
  std::string character;
  append_utf8(character, code_point);
  return fmt::format("'{}' ({})", character, number);
}

}  // namespace rnnc::formats
