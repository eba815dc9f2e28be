// A case as its file holds it; README.md describes the format.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/support/result.h"

namespace rnnc::cases {

struct Command {
  std::vector<std::string> words;  // after `rnnc`
  std::string standard_input;      // name of a file; empty: nothing to read
};

struct NamedText {
  std::string name;
  std::string text;
};

// What a run of a case gave, or must give.
struct Outcome {
  std::string status;  // "0", "signal 11"
  std::string standard_output;
  std::string standard_error;
  std::vector<NamedText> files_after;

  // The tail of a case file that says this.
  std::string text() const;
};

struct Case {
  std::string sentence;
  std::vector<Command> commands;
  std::vector<NamedText> files;
  std::optional<Outcome> expected;
  std::string head;  // everything before the expectation, as it was written
};

support::Result<Case> parse_case(const std::string& text);

}  // namespace rnnc::cases
