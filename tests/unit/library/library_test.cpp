#include "compiler/library/library.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace rnnc::library {
namespace {

// CMake reads and writes the text on its way: semicolons, brackets and signs beyond ASCII must survive it.
TEST(Library, IsTheFilesOfItsFolderByteForByte) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(RNNC_SOURCE_DIR "/compiler/library")) {
    if (entry.path().extension() == ".rnn") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::stringstream files;
  for (const auto& path : paths) files << std::ifstream(path, std::ios::binary).rdbuf();

  EXPECT_FALSE(paths.empty());
  EXPECT_EQ(text(), files.str());
}

}  // namespace
}  // namespace rnnc::library
