// Tables of numbers: comma- or tab-separated values whose first line names the columns (RFC 4180).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/formats/result.h"

namespace rnnc::formats {

struct Column {
  std::string name;
  std::vector<double> values;
};

enum class Separator : char { kComma = ',', kTab = '\t' };

// A tab where the name ends with .tsv or .tab, otherwise a comma.
Separator separator_of(std::string_view path);

// Columns in the order of the file, all of one length. Fields may be quoted, lines may end with LF or CR LF,
// blanks around a number do not count, `nan` and `inf` are numbers. Every failure names the line and, for a
// field, its column.
Result<std::vector<Column>> read_csv(const std::string& path);
Result<std::vector<Column>> parse_csv(std::string_view text, Separator separator, const std::string& name);

// Atomic. The shortest digits that read back as the same number. Fails where columns differ in length or
// share a name.
Status write_csv(const std::string& path, const std::vector<Column>& columns);

}  // namespace rnnc::formats
