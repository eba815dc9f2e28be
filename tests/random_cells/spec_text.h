// Draws the text of a spec: a cell or two, and a model around them.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace rnnc::random_cells {

struct DrawnSpec {
  std::string text;                      // what runs is its last body
  std::map<std::string, int64_t> sizes;  // of every name that may be asked for
};

// The same text for the same seed, everywhere. `smooth`: small, and without corners, so that differences tell
// slopes.
DrawnSpec draw_spec(uint64_t seed, bool smooth = false);

}  // namespace rnnc::random_cells
