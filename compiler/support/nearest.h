// "Did you mean": the word that was probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rnnc::support {

// The candidate that differs from `name` in capitals alone; else that with the fewest edits (insert, delete,
// replace a byte): one in a short word, one more for every four letters in a longer one. Empty if none is
// that near. Equal distances: the first candidate.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace rnnc::support
