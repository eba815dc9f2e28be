#include "compiler/parse/parse.h"

#include "compiler/parse/build.h"
#include "compiler/parse/depth_limit.h"
#include "compiler/parse/documentation.h"
#include "compiler/parse/lex.h"
#include "compiler/parse/mend.h"
#include "compiler/parse/syntax_tree.h"
#include "compiler/parse/text_limits.h"

namespace rnnc::parse {

std::optional<ast::File> parse(const support::SourceMap& sources, support::FileId id,
                               diagnostics::Sink& sink) {
  const support::SourceFile& source = sources.file(id);
  size_t errors_before = sink.error_count();
  if (!within_text_limits(source, id, sink)) return {};

  Lexed lexed = lex(source, id);
  Tokens tokens = mend(std::move(lexed.tokens), sink);
  if (!within_depth_limit(tokens, sink)) return {};

  SyntaxTree tree(tokens);
  antlr4::ParserRuleContext* root = tree.read(sink);
  if (root == nullptr || sink.error_count() > errors_before) return {};

  ast::File file;
  file.id = id;
  file.declarations = build(tokens, *root);
  file.comments = std::move(lexed.comments);
  attach_documentation(file, source);
  return file;
}

}  // namespace rnnc::parse
