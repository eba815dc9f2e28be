// Every cell and model of tests/programs, under small sizes.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/spec.h"

namespace rnnc::testing {

// Vocabularies have six words, since random tokens are -1 to 5. E and H can be halved twice and once.
inline NamedSizes small_sizes() {
  return {{"E", 4}, {"H", 4}, {"V", 6}, {"K", 6}, {"S", 6}, {"X", 3}, {"F", 3}, {"N", 2}, {"D", 4}, {"P", 3}};
}

inline std::vector<std::filesystem::path> program_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(RNNC_SOURCE_DIR "/tests/programs")) {
    if (entry.path().extension() == ".rnn") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

inline std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// `visit` gets the name of each, "04_deep/Deep", and what it is.
inline void for_each_program(
    const std::function<void(const std::string& name, Spec& spec, const ast::Body& body)>& visit) {
  for (const auto& path : program_files()) {
    Spec spec(text_of(path));
    for (const ast::Body* body : spec.bodies()) {
      std::string name = path.stem().string() + "/" + body->name.text;
      SCOPED_TRACE(name);
      visit(name, spec, *body);
    }
  }
}

}  // namespace rnnc::testing
