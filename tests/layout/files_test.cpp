// Length, formatting and the first line of every source.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

#include "tests/layout/source_tree.h"

namespace rnnc::layout {
namespace {

constexpr size_t kMaxLines = 600;

TEST(Files, AreOneIdeaEach) {
  std::vector<SourceText> files =
      read_tree({".h", ".c", ".cpp", ".def", ".g4", ".rnn", ".cmake", "CMakeLists.txt", ".py", ".sh"});
  for (const SourceText& file : files) {
    EXPECT_LE(lines_of(file.text).size(), kMaxLines) << file.path << " is two ideas";
  }
  EXPECT_GT(files.size(), 50u) << "the sources were not found";
}

TEST(Files, OfHeadersAreIncludedOnce) {
  for (const SourceText& file : read_tree({".h"})) {
    bool guarded = file.text.find("#pragma once") != std::string::npos ||
                   file.text.find("#ifndef RNNC_") != std::string::npos;
    EXPECT_TRUE(guarded) << file.path << " has no `#pragma once`";
  }
}

TEST(Files, SayWhichNamesTheyUse) {
  const std::regex pattern(R"(using namespace .*)");
  for (const SourceText& file : read_tree({".h", ".cpp"})) {
    for (const std::string& line : lines_of(file.text)) {
      EXPECT_FALSE(std::regex_match(line, pattern)) << file.path << ": " << line;
    }
  }
}

// Runs a command in the project's root; what it prints goes to the output of the test.
int run(const std::string& command) {
  std::fflush(stdout);
  return std::system(("cd '" RNNC_SOURCE_DIR "' && " + command).c_str());
}

TEST(Files, AreFormatted) {
  if (run("command -v clang-format-19 >/dev/null") != 0) GTEST_SKIP() << "clang-format-19 is not installed";
  std::filesystem::path list = std::filesystem::path(testing::TempDir()) / "rnnc_formatted_files.txt";
  std::ofstream stream(list);
  for (const SourceText& file : read_tree({".h", ".c", ".cpp"})) stream << file.path << "\n";
  stream.close();
  EXPECT_EQ(run("clang-format-19 --dry-run -Werror --ferror-limit=1 --files='" + list.string() + "'"), 0)
      << "run `clang-format-19 -i` on the files above";
}

}  // namespace
}  // namespace rnnc::layout
