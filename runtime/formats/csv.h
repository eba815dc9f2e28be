// Tables: comma- or tab-separated values whose first line names the columns (RFC 4180).
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/formats/result.h"

namespace rnnc::formats {

enum class Separator : char { kComma = ',', kTab = '\t' };

// A tab where the name ends with .tsv or .tab, otherwise a comma.
Separator separator_of(std::string_view path);
// Whether the name ends with .csv, .tsv or .tab.
bool is_table(std::string_view path);

// Columns in the order of the file, all of one length. Fields are text, without the quotes around them, and
// live as long as the table.
class Table {
 public:
  struct Column {
    std::string name;
    std::vector<std::string_view> fields;
  };

  // Fields may be quoted, lines may end with LF or CR LF. `name` is what messages call the table. Every
  // failure names the line.
  static Result<Table> parse(std::string text, Separator separator, std::string name);
  static Result<Table> read(const std::string& path);

  Table(Table&&) = default;
  Table& operator=(Table&&) = default;

  const std::string& name() const { return name_; }
  const std::vector<Column>& columns() const { return columns_; }
  const Column* find(std::string_view column) const;
  size_t rows() const { return lines_.size(); }
  // `data.csv:7`, where a row begins.
  std::string place(size_t row) const;

  // The fields as numbers: blanks around one do not count, `nan` and `inf` are numbers. Fails with the place
  // of what is none.
  Result<std::vector<double>> numbers(const Column& column) const;

 private:
  Table() = default;
  Status read_rows(Separator separator);

  std::string name_;
  std::unique_ptr<const std::string> text_;  // that fields are pieces of, but for
  std::deque<std::string> unquoted_;         // those with a quote inside
  std::vector<Column> columns_;
  std::vector<size_t> lines_;  // of each row
};

// Columns to be written: of each its name and its fields.
struct TextColumn {
  std::string name;
  std::vector<std::string> fields;
};

// As text; fields are quoted where they must be. Fails where columns differ in length or share a name.
Result<std::string> csv_text(const std::vector<TextColumn>& columns, Separator separator);

}  // namespace rnnc::formats
