// layers.txt, and what it forbids.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/layout/source_tree.h"

namespace rnnc::layout {

class Layers {
 public:
  // Reads the table; a line that it cannot read becomes an error.
  static Layers parse(const std::string& text);

  const std::vector<std::string>& errors() const { return errors_; }
  const std::map<std::string, std::set<std::string>>& rows() const { return rows_; }

  // The folder of the table that holds this file: the longest that fits.
  std::optional<std::string> folder_of(const std::string& path) const;
  // Whether a file of `folder` may include one of `other`, directly or through a folder in between.
  bool may_include(const std::string& folder, const std::string& other) const;

  // What a source of compiler/ or runtime/ includes against the table.
  std::vector<Violation> check(const SourceText& source) const;
  // What a CMakeLists.txt with `rnnc_room(name rooms...)` links against the table.
  std::vector<Violation> check_room(const SourceText& cmake_lists) const;
  // Folders that may include themselves through others.
  std::vector<std::string> cycles() const;

 private:
  struct Library {
    std::set<std::string> folders;
    bool cpp_only = false;
  };
  void parse_line(const std::string& line);
  std::set<std::string> reachable(const std::string& folder) const;
  void check_library(const SourceText& source, const std::string& folder, const std::string& header,
                     size_t line, std::vector<Violation>& violations) const;

  std::map<std::string, std::set<std::string>> rows_;
  std::map<std::string, Library> libraries_;
  std::vector<std::string> errors_;
};

}  // namespace rnnc::layout
