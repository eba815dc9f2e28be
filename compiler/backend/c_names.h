// Names of a spec as names in C and C++.
#pragma once

#include <optional>
#include <string>

#include "compiler/backend/emit.h"

namespace rnnc::backend {

// Whether C takes it for a name: ASCII letters, digits and underscores.
bool is_c_name(const std::string& name);

// The name as a parameter or field: what C, its headers or our header mean by a word gets a `_` at its end.
std::string parameter_name(const std::string& name);

// What the header's names may not be: a name in C each, and no two of them the same.
struct WrongName {
  std::string message, help;
};
std::optional<WrongName> wrong_name(const Emission& emission);

}  // namespace rnnc::backend
