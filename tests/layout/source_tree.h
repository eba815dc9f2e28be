// The files of the project, for the tests that read them.
#pragma once

#include <string>
#include <vector>

namespace rnnc::layout {

struct SourceText {
  std::string path;  // from the project's root, with slashes
  std::string text;
};

// Something in a file that a rule forbids.
struct Violation {
  std::string path;
  size_t line;  // 0: the file as a whole
  std::string message;
};

// Every file of the project's folders whose name ends in one of these, in order of path. Build folders are no
// part of it.
std::vector<SourceText> read_tree(const std::vector<std::string>& endings);

// The lines of a text, without their breaks.
std::vector<std::string> lines_of(const std::string& text);

std::string to_text(const std::vector<Violation>& violations);

}  // namespace rnnc::layout
