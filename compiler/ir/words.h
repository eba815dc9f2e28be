// Words and strings of the text form, shared by printer and reader.
#pragma once

#include <string>
#include <string_view>

#include "compiler/ir/function.h"

namespace rnnc::ir {

bool is_digit(char c);  // of ASCII
// Letters, digits, `_`, `.`, `'` and everything that is not ASCII.
bool is_word_byte(char c);
// Word bytes, the first one no digit, dot or prime: what stands in the text without quotes.
bool is_word(std::string_view text);
// The text itself if it is a word, else in quotes with escapes (\" \\ \xNN).
std::string to_word(std::string_view text);

// How the values of the attributes' enums are spelled.
std::string_view word(Direction direction);
std::string_view word(Reduction reduction);
std::string_view word(Semiring semiring);
std::string_view word(PrefixKind kind);
std::string_view word(Distribution distribution);
std::string_view word(DrawPer per);

}  // namespace rnnc::ir
