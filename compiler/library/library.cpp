#include "compiler/library/library.h"

namespace rnnc::library {

namespace {

// Written by embed.cmake into the build folder: one raw string literal for each file.
constexpr std::string_view kText =
#include "library_text.inc"
    ;

}  // namespace

std::string_view text() { return kText; }

std::string_view name() { return "library.rnn"; }

}  // namespace rnnc::library
