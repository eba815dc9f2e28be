#include "compiler/parse/documentation.h"

#include <map>

namespace rnnc::parse {

namespace {

std::string without_sign(std::string_view comment) {
  comment.remove_prefix(1);
  if (comment.starts_with(' ')) comment.remove_prefix(1);
  return std::string(comment);
}

}  // namespace

void attach_documentation(ast::File& file, const support::SourceFile& source) {
  std::map<uint32_t, const ast::Comment*> comment_on_line;
  for (const ast::Comment& comment : file.comments) {
    if (comment.alone_on_line) comment_on_line[source.position(comment.span.begin).line] = &comment;
  }
  for (ast::Declaration& declaration : file.declarations) {
    uint32_t line = source.position(declaration.span.begin).line;
    size_t start = source.line_start(line);
    std::string_view before = source.text().substr(start, declaration.span.begin - start);
    if (before.find_first_not_of(" \t\xEF\xBB\xBF") != std::string_view::npos) continue;
    std::string& text = declaration.documentation;
    for (auto above = comment_on_line.find(line - 1); above != comment_on_line.end();
         above = comment_on_line.find(above->first - 1)) {
      text = without_sign(above->second->text) + (text.empty() ? "" : "\n" + text);
    }
  }
}

}  // namespace rnnc::parse
