// Statements and declarations as rows.
#pragma once

#include <string>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/ast/block.h"
#include "compiler/ast/print_expression.h"
#include "compiler/ast/row.h"

namespace rnnc::ast {

// Lines end here where they can be broken.
inline constexpr size_t kLineWidth = 100;

class StatementPrinter {
 public:
  StatementPrinter(const Written& written, CommentCursor& comments)
      : written_(written), comments_(comments), expressions_(written, comments), blocks_(written, comments) {}

  layout::Doc file(const File& file);

 private:
  Row declaration(const Declaration& declaration);
  Row function(const Function& function, Span span);
  layout::Doc body(const Body& body, Span span);

  Row statement(const Statement& statement);
  Row input(const Input& input, Span span);
  Row target(const Target& target, Span span);
  Row state(const State& state, Span span);
  Row param(const Param& param, Span span);
  Row equation(const Equation& equation, Span span);
  Row output(const Output& output, Span span);
  Row loss(const Loss& loss);
  Row train(const Train& train, Span span);
  Row stored(const Stored& stored, Span span);
  Row setting(const Train::Setting& setting);
  Row tensor(const Stored::Tensor& tensor);
  layout::Doc pairs(const std::string& head, const std::vector<BlockElement>& elements, Span span);

  layout::Doc paths(const std::vector<Path>& paths, const std::string& separator);
  void put_type(Row& row, const Type& type, Span span);
  void put_shape(Row& row, const Shape& shape, Span span);
  void put_value(Row& row, std::string sign, const Expr& value, Span span);
  WrittenColumn written_column(Span row, uint32_t byte) const;

  const Written& written_;
  CommentCursor& comments_;
  ExpressionPrinter expressions_;
  BlockPrinter blocks_;
};

}  // namespace rnnc::ast
