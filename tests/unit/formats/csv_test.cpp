#include "runtime/formats/csv.h"

#include <cmath>

#include "tests/unit/formats/files.h"

namespace rnnc::formats {
namespace {

struct NumberColumn {
  std::string name;
  std::vector<double> values;
};

// A table all of whose fields are numbers.
Result<std::vector<NumberColumn>> numbers_of(std::string_view text, Separator separator, std::string name) {
  const auto table = Table::parse(std::string(text), separator, std::move(name));
  if (!table) return table.error();
  std::vector<NumberColumn> columns;
  for (const Table::Column& column : table->columns()) {
    auto values = table->numbers(column);
    if (!values) return values.error();
    columns.push_back({column.name, std::move(*values)});
  }
  return columns;
}

std::string csv_complaint(std::string_view text, Separator separator = Separator::kComma) {
  return message(numbers_of(text, separator, "f"));
}

TEST(Csv, ReadsNamedColumnsOfNumbers) {
  const auto columns = numbers_of("x,y\n1,-2.5\n+3e2, nan \n", Separator::kComma, "f");
  ASSERT_TRUE(columns) << message(columns);
  ASSERT_EQ(columns->size(), 2u);
  EXPECT_EQ((*columns)[0].name, "x");
  EXPECT_EQ((*columns)[0].values, (std::vector<double>{1, 300}));
  EXPECT_EQ((*columns)[1].values[0], -2.5);
  EXPECT_TRUE(std::isnan((*columns)[1].values[1]));
}

TEST(Csv, QuotesAndLineEndsOfTheStandard) {
  const auto columns =
      numbers_of("\xEF\xBB\xBF\"a, \"\"b\"\"\",\"c\nd\"\r\n\"1\",2\r\n", Separator::kComma, "f");
  ASSERT_TRUE(columns) << message(columns);
  EXPECT_EQ((*columns)[0].name, "a, \"b\"");
  EXPECT_EQ((*columns)[1].name, "c\nd");
  EXPECT_EQ((*columns)[0].values, std::vector<double>{1});
}

TEST(Csv, TheLastLineNeedsNoBreakAndBlankOnesMayFollow) {
  EXPECT_EQ((*numbers_of("x\n1\n2", Separator::kComma, "f"))[0].values, (std::vector<double>{1, 2}));
  EXPECT_EQ((*numbers_of("x\n1\n\n \n", Separator::kComma, "f"))[0].values, std::vector<double>{1});
  EXPECT_EQ((*numbers_of("x,y", Separator::kComma, "f")).size(), 2u);
}

TEST(Csv, TheNameOfTheFileChoosesTheSeparator) {
  EXPECT_EQ(separator_of("a.csv"), Separator::kComma);
  EXPECT_EQ(separator_of("a.tsv"), Separator::kTab);
  EXPECT_EQ(separator_of("a.tab"), Separator::kTab);
  EXPECT_EQ((*numbers_of("x\ty\n1\t2\n", Separator::kTab, "f"))[1].values, std::vector<double>{2});
}

TEST(Csv, FieldsThatAreNoNumberNameLineAndColumn) {
  EXPECT_EQ(csv_complaint("x,y\n1,2\n3,four\n"), "f:3: column 'y' has 'four', which is no number");
  EXPECT_EQ(csv_complaint("x,y\n1,\n"), "f:2: column 'y' is empty; write nan where there is no number");
  EXPECT_EQ(csv_complaint("x\n1e999\n"),
            "f:2: column 'x' has '1e999', which is out of the range of a double");
  EXPECT_TRUE(contains(csv_complaint("x\n1.2.3\n"), "no number"));
  EXPECT_TRUE(contains(csv_complaint("x\n+-1\n"), "no number"));
  EXPECT_TRUE(contains(csv_complaint("x\n0x10\n"), "no number"));
  EXPECT_TRUE(contains(csv_complaint(std::string("x\n1\0\n", 5)), "'1\\u{0}', which is no number"));
}

TEST(Csv, LinesAreCountedThroughQuotedFields) {
  EXPECT_EQ(csv_complaint("\"x\n\n\"\n1\n\"2\n\"\n"),
            "f:5: column 'x\\u{a}\\u{a}' has '2\\u{a}', which is no number");
}

TEST(Csv, RowsOfAnotherLength) {
  EXPECT_EQ(csv_complaint("x,y\n1,2\n3\n"), "f:3: the row has 1 fields, but 2 columns are named");
  EXPECT_EQ(csv_complaint("x,y\n1,2,3\n"), "f:2: the row has 3 fields, but 2 columns are named");
  EXPECT_EQ(csv_complaint("x,y\n1,2\n\n3,4\n"), "f:4: rows follow the blank line 3; remove it");
}

TEST(Csv, QuotesThatDoNotMatch) {
  EXPECT_EQ(csv_complaint("x\n\"1"), "f:2: a quoted field is never closed");
  EXPECT_EQ(csv_complaint("x\n\"1\"2\n"),
            "f:2: a quoted field goes on after its closing quote; a quote inside it is doubled");
  EXPECT_EQ(csv_complaint("x\n1\"2\n"),
            "f:2: field '1\"2' has a quote inside; put the field between quotes and double it");
}

TEST(Csv, FirstLinesThatNameNoColumns) {
  EXPECT_EQ(csv_complaint(""), "f: is empty; the first line must name the columns");
  EXPECT_EQ(csv_complaint("1,2\n3,4\n"), "f:1: the first line must name the columns, but '1' is a number");
  EXPECT_EQ(csv_complaint("x,,y\n"), "f:1: column 2 has no name");
  EXPECT_EQ(csv_complaint("x,y,x\n"), "f:1: two columns have the name 'x'");
  EXPECT_EQ(csv_complaint("\xE9\n1\n"), "f:1: the name '\\xe9' is not UTF-8");
  EXPECT_EQ(csv_complaint("\xFF\xFEx\0"), "f: is UTF-16; save it as UTF-8");
  EXPECT_EQ(csv_complaint("x\ty\n"),
            "f:1: fields are separated by tabs; give the file a name that ends with .tsv");
  EXPECT_EQ(csv_complaint("x,y\n", Separator::kTab),
            "f:1: fields are separated by commas; give the file a name that ends with .csv");
  EXPECT_EQ(csv_complaint("x;y\n"), "f:1: fields are separated by ';'; save the file with commas");
}

TEST(Csv, FieldsMayBeTexts) {
  const auto table =
      Table::parse("word,\"said \"\"so\"\"\"\n\"a, b\", c \n,\"\"\"x\"\"\"\n", Separator::kComma, "f");
  ASSERT_TRUE(table) << message(table);
  using Fields = std::vector<std::string_view>;
  EXPECT_EQ(table->find("word")->fields, (Fields{"a, b", ""}));
  EXPECT_EQ(table->find("said \"so\"")->fields, (Fields{" c ", "\"x\""}));
  EXPECT_EQ(table->find("so"), nullptr);
  EXPECT_EQ(table->rows(), 2u);
  EXPECT_EQ(table->place(1), "f:3");
}

TEST(Csv, AQuotedFieldOfNothingIsARow) {
  const auto table = Table::parse("x\na\n\"\"\nb\n\n", Separator::kComma, "f");
  ASSERT_TRUE(table) << message(table);
  EXPECT_EQ(table->find("x")->fields, (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(*csv_text({{"x", {"a", "", "b"}}}, Separator::kComma), "x\na\n\"\"\nb\n");
}

TEST(Csv, WhatIsWrittenIsReadAgain) {
  const std::vector<TextColumn> columns = {{"plain", {"a", "", "ñ"}},
                                           {"a,\"b\"\tc\nd", {"x,y", "x\ty", "\"\r\n\""}}};
  for (const Separator separator : {Separator::kComma, Separator::kTab}) {
    const auto text = csv_text(columns, separator);
    ASSERT_TRUE(text) << message(text);
    const auto read = Table::parse(*text, separator, "f");
    ASSERT_TRUE(read) << message(read);
    for (size_t i = 0; i < columns.size(); ++i) {
      const Table::Column& column = read->columns()[i];
      EXPECT_EQ(column.name, columns[i].name);
      EXPECT_EQ(std::vector<std::string>(column.fields.begin(), column.fields.end()), columns[i].fields);
    }
  }
}

TEST(Csv, WhatCannotBeWritten) {
  const auto complaint = [](const std::vector<TextColumn>& columns) {
    return message(csv_text(columns, Separator::kComma));
  };
  EXPECT_EQ(complaint({}), "there is no column to write");
  EXPECT_EQ(complaint({{"x", {"1"}}, {"y", {}}}), "column 'y' has 0 values, but 'x' has 1");
  EXPECT_EQ(complaint({{"x", {}}, {"x", {}}}), "two columns have the name 'x'");
  EXPECT_TRUE(contains(complaint({{"1", {}}}), "'1' is a number"));
}

}  // namespace
}  // namespace rnnc::formats
