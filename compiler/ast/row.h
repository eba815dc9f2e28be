// A statement or declaration taken apart where it may stand below its neighbours:
//
//   input  words: seq token[V]       lead  names:  shape
//   gate i, f, o: [H] = sigmoid(x)         names:  shape  sign value
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/ast/layout.h"

namespace rnnc::ast {

// Where a part of a row began in the text.
struct WrittenColumn {
  std::optional<size_t> column;  // absent if the row did not begin its line
  bool was_padded = false;       // whether more than one blank stood before it
};

enum class RowKind {
  other,
  comment,
  input,
  target,
  state,
  param,
  plain_equation,
  shaped_equation,
  output,
  function,
  setting,
  stored
};

struct Row {
  RowKind kind = RowKind::other;
  std::string lead;   // `input` and `target`, which stand below each other
  layout::Doc names;  // with the colon; everything that has no further parts
  layout::Doc shape;
  std::string sign;  // "=" or "~"
  layout::Doc gap;   // between the sign and the value: a blank, or comments
  layout::Doc value;
  WrittenColumn written_shape;
  WrittenColumn written_sign;

  // Blanks beyond the one that always stands there.
  size_t lead_padding = 0;
  size_t shape_padding = 0;
  size_t sign_padding = 0;
};

// Sets the paddings of rows between which no blank line stands. An alignment that was written is kept, at the
// column that it needs; none is invented, but for `input` above `target` and the settings of a training
// block. A row whose padding no longer meets its neighbours' columns, after a renaming, is aligned with the
// nearest row of its kind.
void align_rows(const std::vector<Row*>& rows);

layout::Doc to_doc(const Row& row);

}  // namespace rnnc::ast
