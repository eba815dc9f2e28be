#include "runtime/formats/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <set>

#include "runtime/formats/atomic_file.h"
#include "runtime/formats/byte_source.h"
#include "runtime/formats/utf8.h"

namespace rnnc::formats {

namespace {

std::string_view without_blanks(std::string_view field) {
  const size_t begin = field.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return field.substr(begin, field.find_last_not_of(" \t") - begin + 1);
}

// Splits a text into records, one at a time.
class RecordReader {
 public:
  RecordReader(std::string_view text, Separator separator)
      : text_(text), separator_(static_cast<char>(separator)) {}

  bool at_end() const { return offset_ == text_.size(); }
  // The line, from 1, on which the record that was read last begins.
  size_t line() const { return record_line_; }

  // The fields of the next record, unquoted. They live until the next call.
  Result<const std::vector<std::string>*> next() {
    record_line_ = line_;
    size_t count = 0;
    for (;;) {
      if (count == fields_.size()) fields_.emplace_back();
      std::string& field = fields_[count++];
      field.clear();
      const bool is_quoted = !at_end() && text_[offset_] == '"';
      if (auto read = is_quoted ? read_quoted(field) : read_plain(field); !read) return read.error();
      if (at_end()) break;
      const char delimiter = text_[offset_++];
      if (delimiter == separator_) continue;
      ++line_;
      break;
    }
    fields_.resize(count);
    return &fields_;
  }

 private:
  bool at_line_end() const {
    return at_end() || text_[offset_] == '\n' || text_.substr(offset_).starts_with("\r\n");
  }

  // Leaves offset_ at the separator or the line feed.
  Status expect_field_end() {
    if (!at_line_end()) {
      if (text_[offset_] == separator_) return ok();
      return failure("a quoted field goes on after its closing quote; a quote inside it is doubled");
    }
    if (!at_end() && text_[offset_] == '\r') ++offset_;
    return ok();
  }

  Status read_plain(std::string& field) {
    const size_t begin = offset_;
    while (!at_line_end() && text_[offset_] != separator_) ++offset_;
    field = text_.substr(begin, offset_ - begin);
    if (field.find('"') != std::string::npos) {
      return failure("field {} has a quote inside; put the field between quotes and double it", quote(field));
    }
    return expect_field_end();
  }

  Status read_quoted(std::string& field) {
    ++offset_;
    for (;;) {
      const size_t close = text_.find('"', offset_);
      if (close == std::string_view::npos) return failure("a quoted field is never closed");
      const auto piece = text_.substr(offset_, close - offset_);
      field += piece;
      line_ += static_cast<size_t>(std::ranges::count(piece, '\n'));
      offset_ = close + 1;
      if (!text_.substr(offset_).starts_with('"')) return expect_field_end();
      field += '"';
      ++offset_;
    }
  }

  std::string_view text_;
  char separator_;
  size_t offset_ = 0;
  size_t line_ = 1;
  size_t record_line_ = 1;
  std::vector<std::string> fields_;
};

Result<double> parse_number(std::string_view field) {
  auto digits = without_blanks(field);
  if (digits.empty()) return failure("is empty; write nan where there is no number");
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) {
    return failure("has {}, which is out of the range of a double", quote(field));
  }
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return failure("has {}, which is no number", quote(field));
  }
  return value;
}

// The names that a first line may have.
Result<std::vector<Column>> name_columns(const std::vector<std::string>& fields) {
  std::vector<Column> columns;
  std::set<std::string_view> names;
  for (const std::string& field : fields) {
    const auto name = without_blanks(field);
    if (name.empty()) return failure("column {} has no name", columns.size() + 1);
    if (first_invalid_utf8(name)) return failure("the name {} is not UTF-8", quote(name));
    if (parse_number(name)) {
      return failure("the first line must name the columns, but {} is a number", quote(name));
    }
    if (!names.insert(name).second) return failure("two columns have the name {}", quote(name));
    columns.push_back({std::string(name), {}});
  }
  return columns;
}

// A single column whose name holds another separator is a table that was saved otherwise.
Status check_separator(const std::vector<std::string>& fields, Separator separator) {
  if (fields.size() != 1) return ok();
  const bool comma = separator == Separator::kComma;
  if (fields[0].find(comma ? '\t' : ',') != std::string::npos) {
    return failure("fields are separated by {}; give the file a name that ends with {}",
                   comma ? "tabs" : "commas", comma ? ".tsv" : ".csv");
  }
  if (fields[0].find(';') != std::string::npos) {
    return failure("fields are separated by ';'; save the file with {}", comma ? "commas" : "tabs");
  }
  return ok();
}

Result<std::vector<Column>> parse(RecordReader& reader, Separator separator) {
  const auto header = reader.next();
  if (!header) return header.error();
  if (auto checked = check_separator(**header, separator); !checked) return checked.error();
  auto columns = name_columns(**header);
  if (!columns) return columns;
  std::optional<size_t> blank_line;  // allowed at the end only
  while (!reader.at_end()) {
    const auto record = reader.next();
    if (!record) return record.error();
    const auto& fields = **record;
    if (fields.size() == 1 && without_blanks(fields[0]).empty()) {
      if (!blank_line) blank_line = reader.line();
      continue;
    }
    if (blank_line) return failure("rows follow the blank line {}; remove it", *blank_line);
    if (fields.size() != columns->size()) {
      return failure("the row has {} fields, but {} columns are named", fields.size(), columns->size());
    }
    for (size_t i = 0; i < fields.size(); ++i) {
      const auto number = parse_number(fields[i]);
      if (!number) return failure("column {} {}", quote((*columns)[i].name), number.error().message);
      (*columns)[i].values.push_back(*number);
    }
  }
  return columns;
}

std::string quote_field(const std::string& name) {
  if (name.find_first_of(",\t\"\r\n") == std::string::npos) return name;
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

}  // namespace

Separator separator_of(std::string_view path) {
  return path.ends_with(".tsv") || path.ends_with(".tab") ? Separator::kTab : Separator::kComma;
}

Result<std::vector<Column>> parse_csv(std::string_view text, Separator separator, const std::string& name) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return failure("{}: is UTF-16; save it as UTF-8", name);
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.empty()) return failure("{}: is empty; the first line must name the columns", name);
  RecordReader reader(text, separator);
  auto columns = parse(reader, separator);
  if (!columns) return failure("{}:{}: {}", name, reader.line(), columns.error().message);
  return columns;
}

Result<std::vector<Column>> read_csv(const std::string& path) {
  const auto text = read_text(path);
  if (!text) return text.error();
  return guarded(path, [&] { return parse_csv(*text, separator_of(path), path); });
}

Status write_csv(const std::string& path, const std::vector<Column>& columns) {
  if (columns.empty()) return failure("{}: there is no column to write", path);
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  if (auto named = name_columns(names); !named) return failure("{}: {}", path, named.error().message);

  const char separator = static_cast<char>(separator_of(path));
  std::string text;
  for (const Column& column : columns) {
    if (column.values.size() != columns[0].values.size()) {
      return failure("{}: column {} has {} values, but {} has {}", path, quote(column.name),
                     column.values.size(), quote(columns[0].name), columns[0].values.size());
    }
    text += quote_field(column.name) + (&column == &columns.back() ? '\n' : separator);
  }
  for (size_t row = 0; row < columns[0].values.size(); ++row) {
    for (const Column& column : columns) {
      fmt::format_to(std::back_inserter(text), "{}{}", column.values[row],
                     &column == &columns.back() ? '\n' : separator);
    }
  }
  return write_file(path, text);
}

}  // namespace rnnc::formats
