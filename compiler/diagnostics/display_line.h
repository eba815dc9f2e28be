// A line of source as a terminal can show it, and where each of its bytes ends up.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rnnc::diagnostics {

// The text with everything replaced that would move the cursor or hide what follows: control characters
// become their pictures (U+2400 onwards), signs that turn the direction of writing and invalid bytes become
// U+FFFD. Line breaks stay.
std::string visible(std::string_view text);

class DisplayLine {
 public:
  // `line` without its line break. A tab reaches to the next multiple of kTabWidth.
  explicit DisplayLine(std::string_view line);

  static constexpr size_t kTabWidth = 4;

  size_t width() const { return width_; }
  // The column, from 0, of the character that holds this byte; the width of the line for a byte past its end.
  size_t column(size_t byte) const { return byte < columns_.size() ? columns_[byte] : width_; }
  // What stands in the columns [first, last).
  std::string slice(size_t first, size_t last) const;

 private:
  struct Cell {
    size_t column;
    std::string text;
  };
  void append(size_t bytes, std::string text, size_t width);

  std::vector<Cell> cells_;
  std::vector<size_t> columns_;  // one a byte of the line
  size_t width_ = 0;
};

}  // namespace rnnc::diagnostics
