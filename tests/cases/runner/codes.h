// Which codes of diagnostics the cases show.
#pragma once

#include <string>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"

namespace rnnc::cases {

// One case: its name without a folder, and what it expects, as its file has it.
struct Shown {
  std::string name, expectation;
};

// What is missing or too much, a line each; nothing where every code has a case of its name that shows it,
// and every code that a case shows exists.
std::vector<std::string> wrong_with(const std::vector<diagnostics::CodeInfo>& codes,
                                    const std::vector<Shown>& cases);

}  // namespace rnnc::cases
