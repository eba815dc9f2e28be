#include <nlohmann/json.hpp>

#include "compiler/diagnostics/render.h"

namespace rnnc::diagnostics {

namespace {

using Json = nlohmann::ordered_json;

// The five keys of a place; all null where no text is to blame. Columns count code points from 1, the end is
// exclusive.
void put_place(Json& object, support::Span span, const support::SourceMap& sources) {
  if (!span.valid()) {
    for (const char* key : {"file", "line", "column", "end_line", "end_column"}) object[key] = nullptr;
    return;
  }
  const support::SourceFile& file = sources.file(span.file);
  support::Position begin = file.position(span.begin);
  support::Position end = file.position(span.end);
  object["file"] = file.name();
  object["line"] = begin.line;
  object["column"] = begin.column;
  object["end_line"] = end.line;
  object["end_column"] = end.column;
}

Json label_json(const Label& label, bool primary, const support::SourceMap& sources) {
  Json object = {{"primary", primary}, {"text", label.text}};
  put_place(object, label.span, sources);
  return object;
}

}  // namespace

std::string render_json(const Diagnostic& diagnostic, const support::SourceMap& sources) {
  const CodeInfo& code = info(diagnostic.code);
  Json object = {{"code", code.id()},
                 {"severity", code.severity == Severity::error ? "error" : "warning"},
                 {"message", diagnostic.message}};
  put_place(object, diagnostic.primary.span, sources);
  object["labels"] = Json::array({label_json(diagnostic.primary, true, sources)});
  for (const Label& label : diagnostic.related) object["labels"].push_back(label_json(label, false, sources));
  object["notes"] = diagnostic.notes;
  object["help"] = diagnostic.help.empty() ? Json() : Json(diagnostic.help);
  // File names and what a message quotes from a broken file need not be UTF-8.
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace rnnc::diagnostics
