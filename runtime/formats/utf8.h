// Texts from files: UTF-8, lines, and pieces of them as they may be shown in a message.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rnnc::formats {

struct CodePoint {
  char32_t value;
  size_t length;  // bytes
};

// The code point that starts at `offset`; none where the bytes are not UTF-8 (overlong forms and surrogates
// are not).
std::optional<CodePoint> decode_utf8(std::string_view text, size_t offset);

// Offset of the first byte that is not UTF-8.
std::optional<size_t> first_invalid_utf8(std::string_view text);

void append_utf8(std::string& out, char32_t code_point);

// What some editors put before a UTF-8 text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The first line of `rest` without its LF or CR LF, which `rest` loses. `rest` is not empty.
std::string_view take_line(std::string_view& rest);

// A piece of a file between quotes, fit for a terminal: long ones shortened, control characters and broken
// bytes escaped.
std::string quote(std::string_view text);

// `'ß' (U+00DF)`, only the number where there is nothing to see.
std::string described(char32_t code_point);

}  // namespace rnnc::formats
