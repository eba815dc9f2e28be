// Expressions, names and shapes as layouts.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/ast/layout.h"
#include "compiler/ast/written.h"

namespace rnnc::ast {

// Everything is to be printed in the order in which it was written, since comments are handed out as their
// places are passed: a comment inside an expression stays before the token that it was written before.
class ExpressionPrinter {
 public:
  ExpressionPrinter(const Written& written, CommentCursor& comments)
      : written_(written), comments_(comments) {}

  // The right side of an equation: operators that begin a line stand to the left of the operands.
  layout::Doc value(const Expr& expr);
  layout::Doc expression(const Expr& expr);
  layout::Doc name(const Name& name);
  layout::Doc names(const std::vector<Name>& names);
  layout::Doc path(const Path& path);
  layout::Doc shape(const Shape& shape);
  layout::Doc type(const Type& type);
  layout::Doc settings(const std::vector<Setting>& settings);

  // The comments before this byte, each ending its line; `otherwise` where there are none.
  layout::Doc seam(uint32_t byte, layout::Doc otherwise);
  // The same where no line would be broken but for a comment: what follows is indented as the rest of a
  // statement.
  layout::Doc continued(uint32_t byte, layout::Doc otherwise = {});

 private:
  // The comments before this byte, without the end of the last one's line; empty where there are none.
  layout::Doc comments(uint32_t byte);
  layout::Doc node(const Expr& expr);
  layout::Doc negate(const Negate& negate, const Expr& expr);
  layout::Doc chain(const Expr& expr, bool outdented);
  layout::Doc pipeline(const Expr& expr);
  layout::Doc bracket(const Bracket& bracket, const Expr& expr);
  layout::Doc argument(const Argument& argument);
  layout::Doc arguments(const char* open, const std::vector<Argument>& arguments, const char* close,
                        const Expr& expr);
  layout::Doc expressions(const std::vector<ExprPtr>& parts, uint32_t end);

  struct Element {
    uint32_t begin;
    std::function<layout::Doc()> print;
  };
  layout::Doc list(const char* open, const std::vector<Element>& elements, const char* close,
                   uint32_t close_byte);

  const Written& written_;
  CommentCursor& comments_;
};

}  // namespace rnnc::ast
