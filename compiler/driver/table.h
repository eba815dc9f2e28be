// Columns for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rnnc::driver {

class Table {
 public:
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  // Two blanks before each line and between columns, each column as wide as its widest cell; under `head`, if
  // it has any names and there are rows.
  std::string text(const std::vector<std::string>& head) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string with_commas(int64_t number);  // 1,234,567

}  // namespace rnnc::driver
