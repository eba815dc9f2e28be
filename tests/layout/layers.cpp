#include "tests/layout/layers.h"

#include <fmt/format.h>

#include <regex>
#include <sstream>

#include "tests/layout/cpp_text.h"

namespace rnnc::layout {

namespace {

// The libraries that layers.txt speaks of, and how their headers are told. ANTLR's include the lexer and
// parser that it writes.
const std::map<std::string, std::regex>& library_headers() {
  static const std::map<std::string, std::regex> patterns = {
      {"antlr4",
       std::regex(
           R"((antlr4-runtime/)?antlr4-.*|Rnn(Lexer|Parser|Visitor|BaseVisitor|Listener|BaseListener)\.h)")},
      {"llvm", std::regex(R"(llvm(-c)?/.*)")},
  };
  return patterns;
}

// The path that a header has in the tree; nothing for headers that are not ours.
std::optional<std::string> path_of(const std::string& header) {
  if (header.starts_with("compiler/") || header.starts_with("runtime/")) return header;
  if (header.starts_with("rnnc/")) return "runtime/include/" + header;
  return std::nullopt;
}

}  // namespace

Layers Layers::parse(const std::string& text) {
  Layers layers;
  for (const std::string& line : lines_of(text)) {
    if (!line.empty() && line.front() != '#') layers.parse_line(line);
  }
  for (const auto& [folder, others] : layers.rows_) {
    for (const std::string& other : others) {
      if (other != "*" && !layers.rows_.contains(other)) {
        layers.errors_.push_back(fmt::format("`{}` may include `{}`, which has no row", folder, other));
      }
    }
  }
  return layers;
}

void Layers::parse_line(const std::string& line) {
  size_t colon = line.find(':');
  std::istringstream left(line.substr(0, colon));
  std::istringstream right(colon == std::string::npos ? "" : line.substr(colon + 1));
  std::string folder;
  left >> folder;
  if (colon == std::string::npos || folder.empty()) {
    errors_.push_back(fmt::format("not a row: `{}`", line));
    return;
  }
  if (folder == "ext") {
    std::string name;
    left >> name;
    if (!library_headers().contains(name))
      errors_.push_back(fmt::format("nothing is known of the headers of `{}`", name));
    Library& library = libraries_[name];
    for (std::string word; right >> word;) {
      if (word == "cpp-only") {
        library.cpp_only = true;
      } else {
        library.folders.insert(word);
      }
    }
    return;
  }
  std::set<std::string>& row = rows_[folder];
  for (std::string word; right >> word;) row.insert(word);
}

std::optional<std::string> Layers::folder_of(const std::string& path) const {
  std::optional<std::string> longest;
  for (const auto& [folder, others] : rows_) {
    if (path.starts_with(folder + "/") && (!longest || folder.size() > longest->size())) longest = folder;
  }
  return longest;
}

std::set<std::string> Layers::reachable(const std::string& folder) const {
  std::set<std::string> result;
  std::vector<std::string> open = {folder};
  while (!open.empty()) {
    auto row = rows_.find(open.back());
    open.pop_back();
    if (row == rows_.end()) continue;
    for (const std::string& other : row->second) {
      if (result.insert(other).second) open.push_back(other);
    }
  }
  return result;
}

bool Layers::may_include(const std::string& folder, const std::string& other) const {
  std::set<std::string> allowed = reachable(folder);
  return folder == other || allowed.contains(other) || allowed.contains("*");
}

std::vector<Violation> Layers::check(const SourceText& source) const {
  std::optional<std::string> folder = folder_of(source.path);
  if (!folder) return {{source.path, 0, "stands in a folder that layers.txt does not know"}};
  std::vector<Violation> violations;
  for (const Include& include : includes_of(source.text)) {
    check_library(source, *folder, include.header, include.line, violations);
    if (include.header.starts_with("tests/") || include.header.starts_with("..")) {
      violations.push_back({source.path, include.line, fmt::format("includes `{}`", include.header)});
    }
    std::optional<std::string> path = path_of(include.header);
    if (!path) continue;
    std::optional<std::string> other = folder_of(*path);
    if (!other || !may_include(*folder, *other)) {
      violations.push_back(
          {source.path, include.line, fmt::format("`{}` may not include `{}`", *folder, include.header)});
    }
  }
  return violations;
}

void Layers::check_library(const SourceText& source, const std::string& folder, const std::string& header,
                           size_t line, std::vector<Violation>& violations) const {
  for (const auto& [name, pattern] : library_headers()) {
    if (!std::regex_match(header, pattern)) continue;
    auto library = libraries_.find(name);
    if (library == libraries_.end() || !library->second.folders.contains(folder)) {
      violations.push_back({source.path, line, fmt::format("`{}` may not include {}", folder, name)});
    } else if (library->second.cpp_only && !source.path.ends_with(".cpp")) {
      violations.push_back({source.path, line, fmt::format("a header includes {}", name)});
    }
  }
}

std::vector<Violation> Layers::check_room(const SourceText& cmake_lists) const {
  static const std::regex call(R"(\s*rnnc_room\((\w+)([^)]*)\).*)");
  std::vector<Violation> violations;
  size_t number = 0;
  for (const std::string& line : lines_of(cmake_lists.text)) {
    ++number;
    std::smatch match;
    if (!std::regex_match(line, match, call)) continue;
    const std::string house = cmake_lists.path.starts_with("runtime/") ? "runtime/" : "compiler/";
    const std::string folder = house + match[1].str();
    std::istringstream rooms(match[2].str());
    for (std::string room; rooms >> room;) {
      if (!may_include(folder, "compiler/" + room) && !may_include(folder, "runtime/" + room)) {
        violations.push_back({cmake_lists.path, number, fmt::format("`{}` may not link `{}`", folder, room)});
      }
    }
  }
  return violations;
}

std::vector<std::string> Layers::cycles() const {
  std::vector<std::string> result;
  for (const auto& [folder, others] : rows_) {
    if (reachable(folder).contains(folder)) result.push_back(folder);
  }
  return result;
}

}  // namespace rnnc::layout
