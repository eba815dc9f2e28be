// How names are compared.
#pragma once

#include <string>
#include <string_view>

namespace rnnc::parse {

// Unicode normal form C of a valid UTF-8 text: c̃ is one name, however it was typed.
std::string normalised(std::string_view text);

}  // namespace rnnc::parse
