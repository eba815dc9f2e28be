// ANSI colours, or none.
#pragma once

#include <string>
#include <string_view>

namespace rnnc::diagnostics {

enum class Style { plain, error, warning, message, frame, related, help };

class Paint {
 public:
  explicit Paint(bool color) : color_(color) {}

  std::string operator()(Style style, std::string_view text) const {
    if (!color_ || style == Style::plain || text.empty()) return std::string(text);
    std::string result = "\x1b[";
    result += sequence(style);
    result += 'm';
    result += text;
    result += "\x1b[0m";
    return result;
  }

 private:
  static std::string_view sequence(Style style) {
    switch (style) {
      case Style::plain:
        return "0";
      case Style::error:
        return "1;31";
      case Style::warning:
        return "1;33";
      case Style::message:
        return "1";
      case Style::frame:
        return "1;34";
      case Style::related:
        return "1;34";
      case Style::help:
        return "1;36";
    }
    return "0";
  }

  bool color_;
};

}  // namespace rnnc::diagnostics
