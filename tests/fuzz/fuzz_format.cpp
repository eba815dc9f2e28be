// Any bytes are a tree or get diagnostics that can be shown, and a tree that was formatted stays as it is.
#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/ast/print.h"
#include "compiler/diagnostics/render.h"
#include "compiler/parse/parse.h"
#include "compiler/support/check.h"

namespace {

namespace ast = rnnc::ast;
namespace diagnostics = rnnc::diagnostics;
namespace parse = rnnc::parse;
namespace support = rnnc::support;

struct Parsed {
  std::optional<ast::File> file;
  bool has_errors;
};

Parsed parse_text(const std::string& text) {
  support::SourceMap sources;
  diagnostics::Sink sink;
  support::FileId id = sources.add("fuzz.rnn", text);
  std::optional<ast::File> file = parse::parse(sources, id, sink);
  for (const diagnostics::Diagnostic& diagnostic : sink.sorted()) {
    RNNC_CHECK(!diagnostics::render_text(diagnostic, sources, true).empty(), "a diagnostic without a text");
    RNNC_CHECK(!diagnostics::render_json(diagnostic, sources).empty(), "a diagnostic without JSON");
  }
  return {std::move(file), sink.has_errors()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  Parsed first = parse_text(text);
  RNNC_CHECK(first.file.has_value() != first.has_errors, "a tree, or errors");
  if (!first.file) return 0;
  std::string once = ast::print(*first.file, text);
  Parsed second = parse_text(once);
  RNNC_CHECK(second.file.has_value(), "what was formatted does not parse");
  RNNC_CHECK(second.file->comments.size() == first.file->comments.size(), "formatting lost a comment");
  RNNC_CHECK(ast::print(*second.file, once) == once, "formatting twice differs from formatting once");
  return 0;
}
