#include "compiler/ast/print.h"

#include <algorithm>

#include "compiler/ast/layout.h"
#include "compiler/ast/print_expression.h"
#include "compiler/ast/print_statement.h"
#include "compiler/ast/written.h"
#include "compiler/support/source.h"

namespace rnnc::ast {

namespace {

using Lines = std::vector<layout::OutputLine>;

// The last of the lines from `first` on that have comments to stand below each other. What a block is
// introduced with stands by itself.
size_t end_of_run(const Lines& lines, size_t first) {
  size_t end = first;
  while (end < lines.size() && !lines[end].comment.empty()) {
    ++end;
    if (lines[end - 1].text.ends_with('{')) break;
  }
  return end;
}

// Comments of neighbouring lines stand below each other, two blanks behind the longest, unless one of them
// would pass the width for it.
void append_comments(Lines& lines) {
  for (size_t first = 0; first < lines.size();) {
    size_t end = end_of_run(lines, first);
    size_t widest = 0;
    size_t widest_comment = 0;
    for (size_t i = first; i < end; ++i) {
      widest = std::max(widest, support::display_width(lines[i].text));
      widest_comment = std::max(widest_comment, support::display_width(lines[i].comment));
    }
    bool fits = widest + 2 + widest_comment <= kLineWidth;
    for (size_t i = first; i < end; ++i) {
      size_t padding = fits ? widest - support::display_width(lines[i].text) : 0;
      lines[i].text += std::string(padding + 2, ' ') + lines[i].comment;
    }
    first = std::max(end, first + 1);
  }
}

}  // namespace

std::string print(const File& file, std::string_view source) {
  Written written(source);
  CommentCursor comments(&file.comments);
  Lines lines = layout::render(StatementPrinter(written, comments).file(file), kLineWidth);
  append_comments(lines);
  std::string result;
  for (const layout::OutputLine& line : lines) result += line.text + "\n";
  return result;
}

std::string print(const Expr& expr) {
  Written written({});
  CommentCursor comments(nullptr);
  return layout::flat(ExpressionPrinter(written, comments).expression(expr));
}

}  // namespace rnnc::ast
