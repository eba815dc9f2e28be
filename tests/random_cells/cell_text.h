// Draws the text of a cell.
#pragma once

#include "tests/random_cells/terms.h"

namespace rnnc::random_cells {

struct CellInput {
  enum class Kind { vector, scalar, token, whole };
  std::string name;
  Kind kind;
};

struct DrawnCell {
  std::string name, text;
  std::vector<std::string> settings;  // names of its sizes
  std::vector<CellInput> inputs;
  std::vector<Value> outputs, states;
  // One vector in, one out, of a size that the caller says: what stacks are made of.
  bool is_layer() const {
    if (inputs.size() != 1 || outputs.size() != 1 || outputs[0].dims.size() != 1) return false;
    return std::find(settings.begin(), settings.end(), outputs[0].dims[0].text) != settings.end();
  }
};

struct CellWish {
  std::string name;
  bool smooth = false;              // nothing with a corner
  bool layer = false;               // is_layer() holds
  const DrawnCell* part = nullptr;  // a layer that it may run
};

DrawnCell draw_cell(Dice& dice, const CellWish& wish);

}  // namespace rnnc::random_cells
