// The standard cells and functions: ordinary source, carried inside the binary.
#pragma once

#include <string_view>

namespace rnnc::library {

// Every *.rnn file of this folder, one after the other in alphabetical order. UTF-8, without an end mark.
std::string_view text();

// What the text is called where a diagnostic points into it.
std::string_view name();

}  // namespace rnnc::library
