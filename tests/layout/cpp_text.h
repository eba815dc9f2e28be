// Just enough of C++'s lexical rules to tell comments, string literals and code apart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rnnc::layout {

struct Include {
  std::string header;
  size_t line;
};

// The headers that a source includes, whether in quotes or in angle brackets.
std::vector<Include> includes_of(const std::string& text);

enum class PieceKind { identifier, string };

struct Piece {
  PieceKind kind;
  std::string text;  // of a string: its content as written
  size_t line;
};

// The identifiers and string literals outside comments and `#include` lines.
std::vector<Piece> pieces_of(std::string_view text);

}  // namespace rnnc::layout
