// How a construct that this version does not run leaves the depths of this room. Caught in generate(), never
// beyond.
#pragma once

#include <string>
#include <utility>

#include "compiler/irgen/generate.h"

namespace rnnc::irgen {

struct Refusal {
  Unsupported reason;
};

[[noreturn]] inline void refuse(std::string message, support::Span span, std::string help = {}) {
  throw Refusal{{std::move(message), span, std::move(help)}};
}

}  // namespace rnnc::irgen
