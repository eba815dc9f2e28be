#include "tests/layout/source_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace rnnc::layout {

namespace fs = std::filesystem;

namespace {

bool is_part_of_the_project(const fs::path& folder) {
  std::string name = folder.filename().string();
  return !name.starts_with('.') && !name.starts_with("build") && name != "out";
}

}  // namespace

std::vector<SourceText> read_tree(const std::vector<std::string>& endings) {
  std::vector<SourceText> files;
  fs::path root = RNNC_SOURCE_DIR;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator();
       ++entry) {
    if (entry->is_directory() && !is_part_of_the_project(entry->path())) entry.disable_recursion_pending();
    std::string name = entry->path().filename().string();
    bool wanted =
        std::any_of(endings.begin(), endings.end(), [&](const std::string& e) { return name.ends_with(e); });
    if (!entry->is_regular_file() || !wanted) continue;
    std::ifstream stream(entry->path(), std::ios::binary);
    files.push_back({fs::relative(entry->path(), root).generic_string(),
                     std::string(std::istreambuf_iterator<char>(stream), {})});
  }
  std::sort(files.begin(), files.end(),
            [](const SourceText& a, const SourceText& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string to_text(const std::vector<Violation>& violations) {
  std::string text;
  for (const Violation& violation : violations) {
    text += fmt::format("{}:{}: {}\n", violation.path, violation.line, violation.message);
  }
  return text;
}

}  // namespace rnnc::layout
