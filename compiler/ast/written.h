// What the syntax tree does not hold of the text that it was parsed from: comments and line breaks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"

namespace rnnc::ast {

// Questions about the original text. An empty text (a tree that was never written) answers no to all of them.
class Written {
 public:
  explicit Written(std::string_view text) : text_(text) {}

  std::string_view between(uint32_t begin, uint32_t end) const {
    if (begin >= end || end > text_.size()) return {};
    return text_.substr(begin, end - begin);
  }
  bool breaks_line(uint32_t begin, uint32_t end) const {
    return between(begin, end).find('\n') != std::string_view::npos;
  }
  // Whether only blanks stand before this byte on its line.
  bool is_first_on_line(uint32_t byte) const {
    std::string_view before = line_before(byte);
    return byte <= text_.size() && before.find_first_not_of(" \t") == std::string_view::npos;
  }
  // Whether the line above the one that begins with this byte is blank.
  bool has_blank_line_above(uint32_t byte) const {
    std::string_view before = between(0, byte);
    size_t last_sign = before.find_last_not_of(" \t\r\n");
    std::string_view blanks = before.substr(last_sign == std::string_view::npos ? 0 : last_sign + 1);
    return std::count(blanks.begin(), blanks.end(), '\n') >= 2;
  }
  // The text of the line up to this byte.
  std::string_view line_before(uint32_t byte) const {
    std::string_view before = between(0, byte);
    return before.substr(before.rfind('\n') + 1);
  }

 private:
  std::string_view text_;
};

inline std::string without_final_blanks(std::string text) {
  text.erase(text.find_last_not_of(" \t") + 1);
  return text;
}

// Hands out the comments in their order, as the printer passes their places.
class CommentCursor {
 public:
  explicit CommentCursor(const std::vector<Comment>* comments) : comments_(comments) {}

  // The next comment that begins before this byte, or null.
  const Comment* peek_before(uint32_t byte) const {
    if (!comments_ || next_ == comments_->size()) return nullptr;
    const Comment& comment = (*comments_)[next_];
    return comment.span.begin < byte ? &comment : nullptr;
  }
  const Comment* take_before(uint32_t byte) {
    const Comment* comment = peek_before(byte);
    if (comment) ++next_;
    return comment;
  }

 private:
  const std::vector<Comment>* comments_;
  size_t next_ = 0;
};

}  // namespace rnnc::ast
