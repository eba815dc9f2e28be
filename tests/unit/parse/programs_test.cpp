#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/library/library.h"
#include "tests/unit/parse/parsed.h"

namespace rnnc::parse {
namespace {

std::vector<std::filesystem::path> programs(std::string_view folder) {
  std::vector<std::filesystem::path> result;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(RNNC_SOURCE_DIR) / folder)) {
    if (entry.path().extension() == ".rnn") result.push_back(entry.path());
  }
  EXPECT_FALSE(result.empty()) << folder;
  return result;
}

std::string text_of(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST(Programs, OfTheLanguageParse) {
  for (const auto& path : programs("tests/programs")) {
    Parsed parsed(text_of(path));
    EXPECT_EQ(parsed.errors(), std::vector<std::string>()) << path;
    ASSERT_TRUE(parsed.file.has_value()) << path;
    EXPECT_FALSE(parsed.file->declarations.empty()) << path;
  }
}

TEST(Programs, OfTheLibraryParse) {
  Valid parsed{std::string(library::text())};
  EXPECT_FALSE(parsed.file->declarations.empty());
}

TEST(Programs, ThatAreWrongInWhatTheyMeanParse) {
  for (const auto& path : programs("tests/programs/errors")) {
    Parsed parsed(text_of(path));
    if (path.filename() == "reserved.rnn") {
      EXPECT_EQ(parsed.errors(),
                (std::vector<std::string>{"E0102 2:38 syntax: `output` is a reserved word"}));
    } else {
      EXPECT_EQ(parsed.errors(), std::vector<std::string>()) << path;
    }
  }
}

}  // namespace
}  // namespace rnnc::parse
