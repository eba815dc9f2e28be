#include "compiler/ir/words.h"

#include <fmt/format.h>

#include <algorithm>

namespace rnnc::ir {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.' ||
         c == '\'' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_word(std::string_view text) {
  if (text.empty() || is_digit(text[0]) || text[0] == '.' || text[0] == '\'') return false;
  return std::all_of(text.begin(), text.end(), is_word_byte);
}

std::string to_word(std::string_view text) {
  if (is_word(text)) return std::string(text);
  std::string quoted = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\x{:02x}", byte);
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string_view word(Direction direction) {
  return direction == Direction::forward ? "forward" : "backward";
}

std::string_view word(Reduction reduction) {
  switch (reduction) {
    case Reduction::sum:
      return "sum";
    case Reduction::max:
      return "max";
    case Reduction::min:
      return "min";
  }
  return "?";
}

std::string_view word(Semiring semiring) {
  return semiring == Semiring::plus_times ? "plus_times" : "max_plus";
}

std::string_view word(PrefixKind kind) {
  switch (kind) {
    case PrefixKind::sum:
      return "sum";
    case PrefixKind::max:
      return "max";
    case PrefixKind::affine:
      return "affine";
  }
  return "?";
}

std::string_view word(Distribution distribution) {
  switch (distribution) {
    case Distribution::uniform:
      return "uniform";
    case Distribution::normal:
      return "normal";
    case Distribution::bernoulli:
      return "bernoulli";
  }
  return "?";
}

std::string_view word(DrawPer per) {
  switch (per) {
    case DrawPer::step:
      return "step";
    case DrawPer::sequence:
      return "sequence";
    case DrawPer::parameter:
      return "parameter";
  }
  return "?";
}

}  // namespace rnnc::ir
