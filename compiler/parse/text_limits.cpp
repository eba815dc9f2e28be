#include "compiler/parse/text_limits.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <string>
#include <string_view>

#include "compiler/parse/parse.h"

namespace rnnc::parse {

namespace {

using diagnostics::Code;
using diagnostics::Diagnostic;
using support::SourceFile;
using support::Span;

// Whoever reads a file stops at the limit, so how long it is nobody knows.
Diagnostic too_large(const SourceFile& source) {
  return {.code = Code::file_too_large,
          .message = fmt::format("`{}` is larger than {} bytes, more than a spec may have", source.name(),
                                 kMaxBytes),
          .primary = {},
          .related = {},
          .notes = {},
          .help =
              "give data with --data and weights with --weights; split a spec that is really this long "
              "with `import`"};
}

// The first byte that is not part of UTF-8 text, or npos. A zero is valid UTF-8, but no text has one.
size_t find_non_text(std::string_view text) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (size_t i = 0; i < text.size();) {
    utf8proc_int32_t point = 0;
    utf8proc_ssize_t length =
        utf8proc_iterate(bytes + i, static_cast<utf8proc_ssize_t>(text.size() - i), &point);
    if (length <= 0 || point == 0) return i;
    i += static_cast<size_t>(length);
  }
  return std::string_view::npos;
}

std::string advice(std::string_view text, size_t at) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return "the file is UTF-16: save it as UTF-8";
  }
  if (text[at] == '\0')
    return "this looks like a binary file: give data and weights with --data and --weights";
  return "save the file as UTF-8; if it is data or weights, give it with --data or --weights";
}

Diagnostic not_text(const SourceFile& source, support::FileId file, size_t at) {
  auto byte = static_cast<uint32_t>(at);
  support::Position place = source.position(byte);
  return {.code = Code::not_utf8,
          .message =
              fmt::format("`{}` is not UTF-8 text: byte {} (line {}, column {}) is 0x{:02X}", source.name(),
                          at, place.line, place.column, static_cast<unsigned char>(source.text()[at])),
          .primary = {Span{file, byte, byte + 1}, ""},
          .related = {},
          .notes = {},
          .help = advice(source.text(), at)};
}

// The byte after what begins at `at` and holds no brackets: a comment, a text in quotes, or the byte itself.
// The lexer ends a comment at either line break and takes a quote without its partner on the line as text up
// to the line's end.
size_t skip_opaque(std::string_view text, size_t at) {
  if (text[at] == '#') return std::min(text.find_first_of("\r\n", at), text.size());
  if (text[at] == '"') {
    size_t end = std::min(text.find_first_of("\"\r\n", at + 1), text.size());
    return end < text.size() && text[end] == '"' ? end + 1 : end;
  }
  return at + 1;
}

// The opening bracket that is one too deep, or npos. Any closing bracket counts for any opening one: which
// fits which is not the question here.
size_t find_too_deep(std::string_view text) {
  size_t depth = 0;
  for (size_t i = 0; i < text.size(); i = skip_opaque(text, i)) {
    char c = text[i];
    if (c == '(' || c == '[' || c == '{') {
      if (++depth > kMaxNesting) return i;
    } else if ((c == ')' || c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return std::string_view::npos;
}

Diagnostic too_deep(support::FileId file, size_t at) {
  auto byte = static_cast<uint32_t>(at);
  return {.code = Code::nested_too_deeply,
          .message = fmt::format("brackets are nested more than {} deep", kMaxNesting),
          .primary = {Span{file, byte, byte + 1}, "one too many"},
          .related = {},
          .notes = {},
          .help = "give parts of the expression names on lines of their own"};
}

}  // namespace

bool within_text_limits(const SourceFile& source, support::FileId file, diagnostics::Sink& sink) {
  std::string_view text = source.text();
  if (text.size() > kMaxBytes) {
    sink.report(too_large(source));
    return false;
  }
  if (size_t at = find_non_text(text); at != std::string_view::npos) {
    sink.report(not_text(source, file, at));
    return false;
  }
  if (size_t at = find_too_deep(text); at != std::string_view::npos) {
    sink.report(too_deep(file, at));
    return false;
  }
  return true;
}

}  // namespace rnnc::parse
