// Tokens of the text form. Internal to this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rnnc::ir {

enum class TokenKind : uint8_t { end, word, string, number, value, punctuation };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;  // of a string without quotes and escapes, of a value without %
  size_t begin = 0;  // byte
};

// What stops a reader; caught in read(), never leaves this folder.
struct ReadError {
  std::string message;
  size_t place;  // byte
};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // Throws ReadError on a byte that begins no token. `#` begins a comment.
  Token next();

 private:
  char peek(size_t ahead = 0) const { return place_ + ahead < text_.size() ? text_[place_ + ahead] : '\0'; }
  void skip_blanks();
  std::string take_word();
  Token number();
  Token string();
  char escaped();

  std::string_view text_;
  size_t place_ = 0;
};

}  // namespace rnnc::ir
