#include "compiler/diagnostics/display_line.h"

#include <utf8proc.h>

#include <algorithm>
#include <utility>

namespace rnnc::diagnostics {

namespace {

constexpr std::string_view kReplacement = "\uFFFD";

struct Character {
  size_t bytes;            // in the source
  utf8proc_int32_t point;  // negative: the byte is not UTF-8
};

Character next_character(std::string_view text) {
  utf8proc_int32_t point = -1;
  auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &point);
  if (length <= 0) return {1, -1};
  return {static_cast<size_t>(length), point};
}

std::string encode(utf8proc_int32_t point) {
  utf8proc_uint8_t bytes[4];
  auto length = utf8proc_encode_char(point, bytes);
  return std::string(reinterpret_cast<const char*>(bytes), static_cast<size_t>(length));
}

// The embeddings, overrides and isolates that let a line read differently from what it holds.
bool turns_direction(utf8proc_int32_t point) {
  return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

std::string shown(Character character, std::string_view bytes) {
  utf8proc_int32_t point = character.point;
  if (point < 0 || turns_direction(point) || (point >= 0x80 && point < 0xA0))
    return std::string(kReplacement);
  if (point < 0x20) return encode(0x2400 + point);
  if (point == 0x7F) return "\u2421";
  return std::string(bytes);
}

}  // namespace

std::string visible(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    Character character = next_character(text);
    std::string_view bytes = text.substr(0, character.bytes);
    result += bytes == "\n" ? "\n" : shown(character, bytes);
    text.remove_prefix(character.bytes);
  }
  return result;
}

DisplayLine::DisplayLine(std::string_view line) {
  while (!line.empty()) {
    Character character = next_character(line);
    if (character.point == '\t') {
      size_t width = kTabWidth - width_ % kTabWidth;
      append(1, std::string(width, ' '), width);
    } else {
      std::string text = shown(character, line.substr(0, character.bytes));
      size_t width = static_cast<size_t>(utf8proc_charwidth(next_character(text).point));
      append(character.bytes, std::move(text), width);
    }
    line.remove_prefix(character.bytes);
  }
}

void DisplayLine::append(size_t bytes, std::string text, size_t width) {
  columns_.insert(columns_.end(), bytes, width_);
  cells_.push_back({width_, std::move(text)});
  width_ += width;
}

std::string DisplayLine::slice(size_t first, size_t last) const {
  std::string result;
  for (const Cell& cell : cells_) {
    if (cell.column >= first && cell.column < last) result += cell.text;
  }
  return result;
}

}  // namespace rnnc::diagnostics
