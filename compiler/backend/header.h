// The C99 header of an emitted object.
#pragma once

#include <string>

#include "compiler/backend/emit.h"

namespace rnnc::backend {

// `target` is named in a comment.
std::string header_text(const Emission& emission, const std::string& target);

// Whether C takes it for a name: ASCII letters, digits and underscores.
bool is_c_name(const std::string& name);

// What the header's names may not be: empty, or a sentence. Each is a name in C, and no two of the header's
// are the same.
std::string wrong_names(const Emission& emission);

// The name as a parameter or field: what C or the header itself means by a word gets a `_` at its end.
std::string parameter_name(const std::string& name);

}  // namespace rnnc::backend
