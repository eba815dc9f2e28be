// The parts of what `rnnc explain E0210` prints: the rule, indented an example that breaks it, how to mend
// it.
#pragma once

#include <sstream>
#include <string>
#include <string_view>

namespace rnnc::diagnostics {

struct Explanation {
  std::string rule, example, mend;
};

// Lines after the last indented one are the mend.
inline Explanation parts_of(std::string_view explanation) {
  Explanation parts;
  std::stringstream lines{std::string(explanation)};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ")) {
      parts.example += parts.mend + line.substr(2) + "\n";
      parts.mend.clear();
    } else {
      (parts.example.empty() ? parts.rule : parts.mend) += line + "\n";
    }
  }
  return parts;
}

}  // namespace rnnc::diagnostics
