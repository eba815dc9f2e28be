#include "compiler/driver/table.h"

#include <algorithm>

#include "compiler/support/source.h"

namespace rnnc::driver {

std::string Table::text(const std::vector<std::string>& head) const {
  std::vector<std::vector<std::string>> lines = rows_;
  if (!head.empty() && !rows_.empty()) lines.insert(lines.begin(), head);
  std::vector<size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], support::display_width(line[i]));
  }
  std::string result;
  for (const auto& line : lines) {
    std::string text;
    for (size_t i = 0; i < line.size(); ++i) {
      text += "  " + line[i] + std::string(widths[i] - support::display_width(line[i]), ' ');
    }
    text.erase(text.find_last_not_of(' ') + 1);
    result += text + "\n";
  }
  return result;
}

std::string with_commas(int64_t number) {
  std::string digits = std::to_string(number);
  for (size_t i = digits.size(); i > (digits[0] == '-' ? 4u : 3u);) digits.insert(i -= 3, ",");
  return digits;
}

}  // namespace rnnc::driver
