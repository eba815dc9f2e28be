// The C99 header of an emitted object.
#pragma once

#include <string>

#include "compiler/backend/emit.h"

namespace rnnc::backend {

// `target` is named in a comment.
std::string header_text(const Emission& emission, const std::string& target);

// A number that tells apart state blocks of objects whose headers differ: in weights, sizes, target.
uint64_t magic_of(const Emission& emission, const std::string& target);

}  // namespace rnnc::backend
