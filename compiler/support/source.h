// Source texts and places in them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rnnc::support {

// Index of a text in a SourceMap; kNoFile marks a place that no text has (options, the data).
using FileId = uint32_t;
inline constexpr FileId kNoFile = UINT32_MAX;

// Half-open range of bytes [begin, end) of one file.
struct Span {
  FileId file = kNoFile;
  uint32_t begin = 0;
  uint32_t end = 0;

  bool valid() const { return file != kNoFile; }
  friend bool operator==(const Span&, const Span&) = default;
};

// The smallest span that holds both; an invalid one yields to the other.
Span join(Span a, Span b);

// A place as people count: line and column from 1, the column in code points.
struct Position {
  uint32_t line = 1;
  uint32_t column = 1;
};

class SourceFile {
 public:
  SourceFile(std::string name, std::string text);

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  Position position(uint32_t byte) const;
  uint32_t line_count() const { return static_cast<uint32_t>(line_starts_.size()); }
  // The text of a line (from 1) without its line break.
  std::string_view line(uint32_t number) const;
  uint32_t line_start(uint32_t number) const { return line_starts_[number - 1]; }

 private:
  std::string name_;
  std::string text_;
  std::vector<uint32_t> line_starts_;
};

// Owns every text that a compilation has read. Ids stay valid; files are never removed.
class SourceMap {
 public:
  FileId add(std::string name, std::string text);
  const SourceFile& file(FileId id) const { return files_[id]; }
  std::string_view text(Span span) const;
  size_t size() const { return files_.size(); }

 private:
  std::vector<SourceFile> files_;
};

// Number of code points of a valid UTF-8 text.
size_t code_points(std::string_view text);

// Columns that a valid UTF-8 text takes on a terminal: combining marks 0, wide East Asian characters 2.
size_t display_width(std::string_view text);

}  // namespace rnnc::support
