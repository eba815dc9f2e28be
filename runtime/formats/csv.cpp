#include "runtime/formats/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <set>

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
  // Fields with a quote inside are kept in `unquoted`.
  RecordReader(std::string_view text, Separator separator, std::deque<std::string>& unquoted)
      : text_(text), separator_(static_cast<char>(separator)), unquoted_(unquoted) {}

  bool at_end() const { return offset_ == text_.size(); }
  // Whether the record that was read last is a line of nothing; a quoted field is something.
  bool is_blank() const { return fields_.size() == 1 && !quoted_ && without_blanks(fields_[0]).empty(); }
  // The line, from 1, on which the record that was read last begins.
  size_t line() const { return record_line_; }

  // The fields of the next record, unquoted; the list lives until the next call.
  Result<const std::vector<std::string_view>*> next() {
    record_line_ = line_;
    fields_.clear();
    quoted_ = false;
    for (;;) {
      const bool is_quoted = !at_end() && text_[offset_] == '"';
      quoted_ = quoted_ || is_quoted;
      if (auto read = is_quoted ? read_quoted() : read_plain(); !read) return read.error();
      if (at_end()) break;
      const char delimiter = text_[offset_++];
      if (delimiter == separator_) continue;
      ++line_;
      break;
    }
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

  Status read_plain() {
    const size_t begin = offset_;
    while (!at_line_end() && text_[offset_] != separator_) ++offset_;
    const auto field = text_.substr(begin, offset_ - begin);
    if (field.find('"') != std::string_view::npos) {
      return failure("field {} has a quote inside; put the field between quotes and double it", quote(field));
    }
    fields_.push_back(field);
    return expect_field_end();
  }

  Status read_quoted() {
    std::string joined;  // of the pieces between doubled quotes
    for (bool plain = true;; plain = false) {
      ++offset_;
      const size_t close = text_.find('"', offset_);
      if (close == std::string_view::npos) return failure("a quoted field is never closed");
      const auto piece = text_.substr(offset_, close - offset_);
      line_ += static_cast<size_t>(std::ranges::count(piece, '\n'));
      offset_ = close + 1;
      const bool goes_on = text_.substr(offset_).starts_with('"');
      if (plain && !goes_on) {
        fields_.push_back(piece);
        return expect_field_end();
      }
      joined += piece;
      if (!goes_on) break;
      joined += '"';
    }
    fields_.push_back(unquoted_.emplace_back(std::move(joined)));
    return expect_field_end();
  }

  std::string_view text_;
  char separator_;
  std::deque<std::string>& unquoted_;
  size_t offset_ = 0;
  size_t line_ = 1;
  size_t record_line_ = 1;
  std::vector<std::string_view> fields_;
  bool quoted_ = false;
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

// What a first line may name columns.
Status check_names(const std::vector<std::string_view>& fields) {
  std::set<std::string_view> names;
  for (const std::string_view field : fields) {
    const auto name = without_blanks(field);
    if (name.empty()) return failure("column {} has no name", names.size() + 1);
    if (first_invalid_utf8(name)) return failure("the name {} is not UTF-8", quote(name));
    if (parse_number(name)) {
      return failure("the first line must name the columns, but {} is a number", quote(name));
    }
    if (!names.insert(name).second) return failure("two columns have the name {}", quote(name));
  }
  return ok();
}

// A single column whose name holds another separator is a table that was saved otherwise.
Status check_separator(const std::vector<std::string_view>& fields, Separator separator) {
  if (fields.size() != 1) return ok();
  const bool comma = separator == Separator::kComma;
  if (fields[0].find(comma ? '\t' : ',') != std::string_view::npos) {
    return failure("fields are separated by {}; give the file a name that ends with {}",
                   comma ? "tabs" : "commas", comma ? ".tsv" : ".csv");
  }
  if (fields[0].find(';') != std::string_view::npos) {
    return failure("fields are separated by ';'; save the file with {}", comma ? "commas" : "tabs");
  }
  return ok();
}

std::string quoted(std::string_view field) {
  if (field.find_first_of(",\t\"\r\n") == std::string_view::npos) return std::string(field);
  std::string out = "\"";
  for (const char c : field) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

}  // namespace

Separator separator_of(std::string_view path) {
  return path.ends_with(".tsv") || path.ends_with(".tab") ? Separator::kTab : Separator::kComma;
}

bool is_table(std::string_view path) {
  return path.ends_with(".csv") || separator_of(path) == Separator::kTab;
}

Result<Table> Table::parse(std::string text, Separator separator, std::string name) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return failure("{}: is UTF-16; save it as UTF-8", name);
  }
  Table table;
  table.name_ = std::move(name);
  table.text_ = std::make_unique<const std::string>(std::move(text));
  if (auto read = table.read_rows(separator); !read) return read.error();
  return table;
}

Status Table::read_rows(Separator separator) {
  std::string_view text = *text_;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.empty()) return failure("{}: is empty; the first line must name the columns", name_);
  RecordReader reader(text, separator, unquoted_);
  const auto bad = [&](const Failure& why) {
    return failure("{}:{}: {}", name_, reader.line(), why.message);
  };
  const auto header = reader.next();
  if (!header) return bad(header.error());
  if (auto checked = check_separator(**header, separator); !checked) return bad(checked.error());
  if (auto checked = check_names(**header); !checked) return bad(checked.error());
  for (const std::string_view field : **header) columns_.push_back({std::string(without_blanks(field)), {}});
  std::optional<size_t> blank_line;  // allowed at the end only
  while (!reader.at_end()) {
    const auto record = reader.next();
    if (!record) return bad(record.error());
    const auto& fields = **record;
    if (reader.is_blank()) {
      if (!blank_line) blank_line = reader.line();
      continue;
    }
    if (blank_line) return bad(failure("rows follow the blank line {}; remove it", *blank_line));
    if (fields.size() != columns_.size()) {
      return bad(failure("the row has {} fields, but {} columns are named", fields.size(), columns_.size()));
    }
    for (size_t i = 0; i < fields.size(); ++i) columns_[i].fields.push_back(fields[i]);
    lines_.push_back(reader.line());
  }
  return ok();
}

Result<Table> Table::read(const std::string& path) {
  auto text = read_text(path);
  if (!text) return text.error();
  return guarded(path, [&] { return parse(std::move(*text), separator_of(path), path); });
}

const Table::Column* Table::find(std::string_view column) const {
  const auto found = std::ranges::find(columns_, column, &Column::name);
  return found == columns_.end() ? nullptr : &*found;
}

std::string Table::place(size_t row) const { return fmt::format("{}:{}", name_, lines_[row]); }

Result<std::vector<double>> Table::numbers(const Column& column) const {
  std::vector<double> values;
  values.reserve(column.fields.size());
  for (size_t row = 0; row < column.fields.size(); ++row) {
    const auto number = parse_number(column.fields[row]);
    if (!number) return failure("{}: column {} {}", place(row), quote(column.name), number.error().message);
    values.push_back(*number);
  }
  return values;
}

Result<std::string> csv_text(const std::vector<TextColumn>& columns, Separator separator) {
  if (columns.empty()) return failure("there is no column to write");
  std::vector<std::string_view> names;
  for (const TextColumn& column : columns) names.push_back(column.name);
  if (auto named = check_names(names); !named) return named.error();
  std::string text;
  const auto add = [&](std::string_view field, const TextColumn& column) {
    // Alone in its line an empty field would be no row.
    text += (columns.size() == 1 && field.empty() ? "\"\"" : quoted(field)) +
            (&column == &columns.back() ? '\n' : static_cast<char>(separator));
  };
  for (const TextColumn& column : columns) {
    if (column.fields.size() != columns[0].fields.size()) {
      return failure("column {} has {} values, but {} has {}", quote(column.name), column.fields.size(),
                     quote(columns[0].name), columns[0].fields.size());
    }
    add(column.name, column);
  }
  for (size_t row = 0; row < columns[0].fields.size(); ++row) {
    for (const TextColumn& column : columns) add(column.fields[row], column);
  }
  return text;
}

}  // namespace rnnc::formats
