// A text and what the parser makes of it.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "compiler/parse/parse.h"

namespace rnnc::parse {

struct Parsed {
  explicit Parsed(std::string text) {
    id = sources.add("spec.rnn", std::move(text));
    file = parse(sources, id, sink);
  }

  // "E0105 4:9 syntax: an operator is missing between `W` and `x`", in order of place.
  std::vector<std::string> errors() const {
    std::vector<std::string> result;
    for (const auto& d : sink.sorted()) {
      support::Position at = sources.file(id).position(d.primary.span.begin);
      result.push_back(
          fmt::format("{} {}:{} {}", diagnostics::info(d.code).id(), at.line, at.column, d.message));
    }
    return result;
  }
  std::string_view text(support::Span span) const { return sources.text(span); }

  support::SourceMap sources;
  support::FileId id;
  diagnostics::Sink sink;
  std::optional<ast::File> file;
};

// `statement` alone in a cell.
inline std::string in_cell(std::string_view statement) {
  return fmt::format("cell A {{\n  {}\n}}\n", statement);
}

// A file that must be free of errors.
struct Valid : Parsed {
  explicit Valid(std::string text) : Parsed(std::move(text)) {
    EXPECT_EQ(errors(), std::vector<std::string>());
    if (!file) file.emplace();
  }
  const ast::Body& body(size_t declaration = 0) const {
    return std::get<ast::Body>(file->declarations.at(declaration).node);
  }
  const ast::Statement& statement(size_t i = 0) const { return body().statements.at(i); }
};

}  // namespace rnnc::parse
