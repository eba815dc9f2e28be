#include "compiler/ir/scanner.h"

#include "compiler/ir/words.h"

namespace rnnc::ir {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void Scanner::skip_blanks() {
  while (place_ < text_.size()) {
    if (is_blank(text_[place_])) {
      ++place_;
    } else if (text_[place_] == '#') {
      while (place_ < text_.size() && text_[place_] != '\n') ++place_;
    } else {
      return;
    }
  }
}

std::string Scanner::take_word() {
  size_t begin = place_;
  while (place_ < text_.size() && is_word_byte(text_[place_])) ++place_;
  return std::string(text_.substr(begin, place_ - begin));
}

// Digits, a minus before them or before `inf` and `nan`, and a sign behind an `e`. Whether it is a number is
// seen when it is converted.
Token Scanner::number() {
  Token token{TokenKind::number, {}, place_};
  if (peek() == '-') ++place_;
  while (is_word_byte(peek()) || ((peek() == '-' || peek() == '+') && text_[place_ - 1] == 'e')) ++place_;
  token.text = std::string(text_.substr(token.begin, place_ - token.begin));
  return token;
}

char Scanner::escaped() {
  size_t begin = place_;
  char c = peek(1);
  place_ += 2;
  if (c == '"' || c == '\\') return c;
  int high = hex_digit(peek()), low = hex_digit(peek(1));
  if (c != 'x' || high < 0 || low < 0) throw ReadError{"not an escape", begin};
  place_ += 2;
  return static_cast<char>(16 * high + low);
}

Token Scanner::string() {
  Token token{TokenKind::string, {}, place_};
  ++place_;
  while (peek() != '"') {
    if (place_ >= text_.size() || peek() == '\n') throw ReadError{"a string without an end", token.begin};
    token.text += peek() == '\\' ? escaped() : text_[place_++];
  }
  ++place_;
  return token;
}

Token Scanner::next() {
  skip_blanks();
  size_t begin = place_;
  if (begin >= text_.size()) return {TokenKind::end, {}, begin};
  char c = text_[begin];
  if (c == '"') return string();
  if (is_digit(c) || c == '-') return number();
  if (is_word_byte(c)) return {TokenKind::word, take_word(), begin};
  if (c == '%') {
    ++place_;
    std::string name = take_word();
    if (name.empty()) throw ReadError{"% without a name", begin};
    return {TokenKind::value, std::move(name), begin};
  }
  if (std::string_view("(){}[],:=@").find(c) == std::string_view::npos) {
    throw ReadError{"a character that begins nothing", begin};
  }
  ++place_;
  return {TokenKind::punctuation, std::string(1, c), begin};
}

}  // namespace rnnc::ir
