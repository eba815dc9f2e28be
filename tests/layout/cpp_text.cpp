#include "tests/layout/cpp_text.h"

#include <algorithm>
#include <cctype>
#include <regex>

#include "tests/layout/source_tree.h"

namespace rnnc::layout {

std::vector<Include> includes_of(const std::string& text) {
  static const std::regex pattern(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"].*)");
  std::vector<Include> includes;
  size_t number = 0;
  for (const std::string& line : lines_of(text)) {
    ++number;
    std::smatch match;
    if (std::regex_match(line, match, pattern)) includes.push_back({match[1], number});
  }
  return includes;
}

namespace {

bool is_identifier_sign(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::vector<Piece> scan() {
    while (at_ < text_.size()) step();
    return std::move(pieces_);
  }

 private:
  void step() {
    std::string_view rest = text_.substr(at_);
    char c = rest.front();
    if (rest.starts_with("//")) return skip_to("\n");
    if (rest.starts_with("/*")) return skip_to("*/");
    if (rest.starts_with("#include")) return skip_to("\n");
    if (rest.starts_with("R\"")) return raw_string();
    if (c == '"') return string('"');
    if (c == '\'') return string('\'');
    if (std::isdigit(static_cast<unsigned char>(c))) return number();
    if (is_identifier_sign(c)) return identifier();
    advance(1);
  }

  void advance(size_t count) {
    line_ += static_cast<size_t>(std::count(text_.begin() + at_, text_.begin() + at_ + count, '\n'));
    at_ += count;
  }

  // Past the next occurrence of `end`.
  void skip_to(std::string_view end) {
    size_t found = text_.find(end, at_);
    advance(found == std::string_view::npos ? text_.size() - at_ : found + end.size() - at_);
  }

  void raw_string() {
    size_t open = text_.find('(', at_);
    if (open == std::string_view::npos) return advance(text_.size() - at_);
    std::string end = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
    size_t close = std::min(text_.find(end, open), text_.size());
    pieces_.push_back({PieceKind::string, std::string(text_.substr(open + 1, close - open - 1)), line_});
    skip_to(end);
  }

  void string(char quote) {
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
    end = std::min(end, text_.size());
    if (quote == '"')
      pieces_.push_back({PieceKind::string, std::string(text_.substr(at_ + 1, end - at_ - 1)), line_});
    advance(std::min(end + 1, text_.size()) - at_);
  }

  // Numbers hold letters (0x1F, 1e-3f) and digit separators that are neither identifiers nor quotes.
  void number() {
    size_t end = at_;
    while (end < text_.size() && (is_identifier_sign(text_[end]) || text_[end] == '.' || text_[end] == '\''))
      ++end;
    advance(end - at_);
  }

  void identifier() {
    size_t end = at_;
    while (end < text_.size() && is_identifier_sign(text_[end])) ++end;
    pieces_.push_back({PieceKind::identifier, std::string(text_.substr(at_, end - at_)), line_});
    advance(end - at_);
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
  std::vector<Piece> pieces_;
};

}  // namespace

std::vector<Piece> pieces_of(std::string_view text) { return Scanner(text).scan(); }

}  // namespace rnnc::layout
