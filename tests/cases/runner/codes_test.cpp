#include "tests/cases/runner/codes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/cases/runner/case_file.h"

namespace rnnc::cases {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

std::vector<Shown> all_cases() {
  std::vector<Shown> cases;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(RNNC_SOURCE_DIR "/tests/cases")) {
    if (entry.path().extension() != ".case") continue;
    std::ifstream stream(entry.path());
    const auto read = parse_case(std::string(std::istreambuf_iterator<char>(stream), {}));
    EXPECT_TRUE(read && read->expected) << entry.path();
    if (read && read->expected) cases.push_back({entry.path().stem().string(), read->expected->text()});
  }
  return cases;
}

TEST(Codes, EachHasACaseOfItsNameAndNoCaseShowsAnother) {
  EXPECT_EQ(wrong_with(diagnostics::all_codes(), all_cases()), Lines{});
}

class SmallCatalogue : public testing::Test {
 protected:
  const std::vector<diagnostics::CodeInfo> codes = {
      {diagnostics::Code::not_a_size, 209, diagnostics::Severity::error, "not_a_size", "t", "e"},
      {diagnostics::Code::unused_value, 902, diagnostics::Severity::warning, "unused_value", "t", "e"}};
  const Shown size{"not_a_size", "--- stderr\nerror[E0209]: no\n"};
  const Shown value{"unused_value", R"(--- stdout
{"code":"W0902","severity":"warning"})"};
};

TEST_F(SmallCatalogue, IsComplete) { EXPECT_EQ(wrong_with(codes, {size, value}), Lines{}); }

TEST_F(SmallCatalogue, LacksACase) {
  EXPECT_EQ(wrong_with(codes, {size}), Lines{"no case `unused_value` shows W0902"});
}

TEST_F(SmallCatalogue, HasACaseOfTheNameThatShowsSomethingElse) {
  const Shown other{"unused_value", "--- stderr\nerror[E0209]: W0902 is not meant\n"};
  EXPECT_EQ(wrong_with(codes, {size, other}), Lines{"no case `unused_value` shows W0902"});
}

TEST_F(SmallCatalogue, IsWrittenInACaseOfAnotherName) {
  EXPECT_EQ(wrong_with(codes, {size, {"other", value.expectation}}),
            Lines{"no case `unused_value` shows W0902"});
}

TEST_F(SmallCatalogue, DoesNotHaveWhatACaseShows) {
  EXPECT_EQ(wrong_with(codes, {size, value, {"old", "--- stderr\nerror[E0777]: gone\n"}}),
            Lines{"`old` shows E0777, and there is no such code"});
}

}  // namespace
}  // namespace rnnc::cases
