#include "compiler/parse/report.h"

#include <fmt/format.h>

namespace rnnc::parse {

diagnostics::Diagnostic syntax_error(diagnostics::Code code, support::Span span, std::string_view message,
                                     std::string help) {
  return {.code = code,
          .message = fmt::format("syntax: {}", message),
          .primary = {span, ""},
          .related = {},
          .notes = {},
          .help = std::move(help)};
}

void report(diagnostics::Sink& sink, diagnostics::Code code, support::Span span, std::string_view message,
            std::string help, std::vector<std::string> notes) {
  diagnostics::Diagnostic diagnostic = syntax_error(code, span, message, std::move(help));
  diagnostic.notes = std::move(notes);
  sink.report(std::move(diagnostic));
}

}  // namespace rnnc::parse
