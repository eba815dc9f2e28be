#include <algorithm>
#include <sstream>

#include "tests/unit/parse/parsed.h"

namespace rnnc::parse {
namespace {

// The indented lines of an explanation: a program, or lines of a body, that break its rule.
std::string example_of(std::string_view explanation) {
  std::stringstream lines{std::string(explanation)};
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ")) result += line + "\n";
  }
  return result;
}

bool reports(const Parsed& parsed, diagnostics::Code code) {
  auto all = parsed.sink.sorted();
  return std::any_of(all.begin(), all.end(), [&](const auto& d) { return d.code == code; });
}

TEST(Explanations, ShowAProgramThatBreaksTheirRule) {
  size_t checked = 0;
  for (const diagnostics::CodeInfo& info : diagnostics::all_codes()) {
    if (info.number / 100 != 1) continue;
    ++checked;
    std::string example = example_of(info.explanation);
    EXPECT_FALSE(example.empty()) << info.id();
    bool shown = reports(Parsed(example), info.code) || reports(Parsed(in_cell(example)), info.code);
    EXPECT_TRUE(shown) << info.id() << " is not what the parser says about its own example:\n" << example;
  }
  EXPECT_GT(checked, 0u);
}

}  // namespace
}  // namespace rnnc::parse
