#include "tests/support/explanation.h"

#include <algorithm>

#include "tests/unit/parse/parsed.h"

namespace rnnc::parse {
namespace {

bool reports(const Parsed& parsed, diagnostics::Code code) {
  auto all = parsed.sink.sorted();
  return std::any_of(all.begin(), all.end(), [&](const auto& d) { return d.code == code; });
}

TEST(Explanations, ShowAProgramThatBreaksTheirRule) {
  size_t checked = 0;
  for (const diagnostics::CodeInfo& info : diagnostics::all_codes()) {
    if (info.number / 100 != 1) continue;
    ++checked;
    std::string example = diagnostics::parts_of(info.explanation).example;
    EXPECT_FALSE(example.empty()) << info.id();
    bool shown = reports(Parsed(example), info.code) || reports(Parsed(in_cell(example)), info.code);
    EXPECT_TRUE(shown) << info.id() << " is not what the parser says about its own example:\n" << example;
  }
  EXPECT_GT(checked, 0u);
}

}  // namespace
}  // namespace rnnc::parse
