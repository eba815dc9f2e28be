// Rows and the comments between them as blocks: of a file, of a cell, of a `train` or `stored`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/ast/layout.h"
#include "compiler/ast/row.h"
#include "compiler/ast/written.h"

namespace rnnc::ast {

// A statement or declaration that is still to be taken apart; its turn comes when the comments before it have
// been printed.
struct BlockElement {
  Span span;
  std::function<Row()> row;
  bool stands_apart = false;  // blank lines above and below it, whatever was written
};

class BlockPrinter {
 public:
  BlockPrinter(const Written& written, CommentCursor& comments) : written_(written), comments_(comments) {}

  // The elements with the comments before the byte `end`, single blank lines where there were some.
  layout::Doc lines(const std::vector<BlockElement>& elements, uint32_t end);
  // "head {", the elements, and "}".
  layout::Doc braces(layout::Doc head, const std::vector<BlockElement>& elements, Span span);

 private:
  // One row, or a comment on a line of its own.
  struct Item {
    Row row;
    bool blank_above = false;
    bool stands_apart = false;
    std::string trailing;  // a comment at the end of its last line
  };

  std::vector<Item> items(const std::vector<BlockElement>& elements, uint32_t end);
  void take_comments(std::vector<Item>& items, uint32_t before);

  const Written& written_;
  CommentCursor& comments_;
};

}  // namespace rnnc::ast
