// What can be told of a text without its grammar: which bracket belongs to which, and where a declaration or
// a statement seems to begin. Only error messages and recovery rest on it.
#pragma once

#include "compiler/parse/token.h"

namespace rnnc::parse {

enum class Start : uint8_t { none, statement, declaration };

struct Outline {
  std::vector<size_t> partner;  // of a bracket that has one, else kNoToken
  std::vector<Start> starts;    // a token that begins a line, and there a statement or declaration

  // The token right after the group that `at` opens, or after `at` itself.
  size_t after_group(size_t at) const {
    return partner[at] != kNoToken && partner[at] > at ? partner[at] + 1 : at + 1;
  }
};

// Closing brackets go to the nearest opening one of their kind that no `{` hides; one in between is left
// open. A line that begins with the keyword of a statement or with a declaration ends whatever cannot hold
// it.
Outline outline(const Tokens& tokens);

}  // namespace rnnc::parse
