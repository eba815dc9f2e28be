#include "runtime/formats/jsonl.h"

#include <cmath>

#include "tests/unit/formats/files.h"

namespace rnnc::formats {
namespace {

TEST(Jsonl, ALineIsThereWhenAppendReturns) {
  const TemporaryFolder folder;
  auto writer = JsonlWriter::open(folder / "m");
  ASSERT_TRUE(writer) << message(writer);
  ASSERT_TRUE(writer->append({{"step", int64_t{1}}, {"loss", 0.1}, {"note", std::string("σ\n")}}));
  EXPECT_EQ(slurp(folder / "m"), "{\"step\":1,\"loss\":0.1,\"note\":\"σ\\n\"}\n");
  ASSERT_TRUE(writer->append({{"loss", NAN}, {"best", INFINITY}}));
  EXPECT_TRUE(contains(slurp(folder / "m"), "\n{\"loss\":null,\"best\":null}\n"));
}

TEST(Jsonl, OpenGoesOnAfterWhatIsThere) {
  const TemporaryFolder folder;
  for (const int64_t step : {1, 2}) {
    auto writer = JsonlWriter::open(folder / "m");
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->append({{"step", step}}));
  }
  EXPECT_EQ(slurp(folder / "m"), "{\"step\":1}\n{\"step\":2}\n");
}

TEST(Jsonl, ATornLastLineIsMended) {
  const TemporaryFolder folder;
  const auto opened = [&](std::string_view text) {
    spill(folder / "m", text);
    return message(JsonlWriter::open(folder / "m"));
  };
  EXPECT_EQ(opened("{\"step\":1}\n{\"st"), "it succeeded");
  EXPECT_EQ(slurp(folder / "m"), "{\"step\":1}\n");
  EXPECT_EQ(opened("{\"step\":1}"), "it succeeded");
  EXPECT_EQ(slurp(folder / "m"), "{\"step\":1}\n");
  EXPECT_EQ(opened("my diary"), folder / "m" + ": ends with what is no line of JSON; choose another file");
  EXPECT_EQ(slurp(folder / "m"), "my diary");
}

TEST(Jsonl, AFullDiskLeavesWholeLines) {
  const TemporaryFolder folder;
  auto writer = JsonlWriter::open(folder / "m");
  ASSERT_TRUE(writer->append({{"step", int64_t{1}}}));
  const std::string before = slurp(folder / "m");
  {
    const FileSizeLimit limit(before.size() + 5);
    EXPECT_EQ(message(writer->append({{"step", int64_t{2}}})),
              folder / "m" + ": cannot be written: File too large");
  }
  EXPECT_EQ(slurp(folder / "m"), before);
  EXPECT_TRUE(writer->append({{"step", int64_t{2}}}));
  EXPECT_EQ(read_jsonl(folder / "m")->size(), 2u);
  EXPECT_TRUE(contains(message(JsonlWriter::open("/dev/full")->append({})), "No space left on device"));
}

TEST(Jsonl, WhatCannotBeWritten) {
  const TemporaryFolder folder;
  EXPECT_TRUE(contains(message(JsonlWriter::open(folder / "none/m")), "No such file or directory"));
  EXPECT_TRUE(contains(message(JsonlWriter::open(folder.path())), "Is a directory"));
  auto writer = JsonlWriter::open(folder / "m");
  EXPECT_EQ(message(writer->append({{"a", 1.0}, {"a", 2.0}})), folder / "m" + ": the record has 'a' twice");
  EXPECT_EQ(message(writer->append({{"a", std::string("\xFF")}})),
            folder / "m" + ": a string is not valid UTF-8");
  EXPECT_EQ(slurp(folder / "m"), "");
}

TEST(Jsonl, WhatIsWrittenIsReadAgain) {
  const TemporaryFolder folder;
  auto writer = JsonlWriter::open(folder / "m");
  ASSERT_TRUE(
      writer->append({{"a", int64_t{-3}}, {"b", 0.1}, {"c", std::string("x")}, {"d", NAN}, {"e", 2.0}}));
  const auto records = read_jsonl(folder / "m");
  ASSERT_TRUE(records) << message(records);
  const Record& record = records->at(0);
  EXPECT_EQ(record[0], (Record::value_type("a", int64_t{-3})));
  EXPECT_EQ(record[1], (Record::value_type("b", 0.1)));
  EXPECT_EQ(record[2], (Record::value_type("c", std::string("x"))));
  EXPECT_TRUE(std::isnan(std::get<double>(record[3].second)));
  EXPECT_EQ(record[4], (Record::value_type("e", 2.0)));
}

TEST(Jsonl, LinesThatAreNoRecord) {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  const auto complaint = [&](std::string_view text) {
    spill(path, text);
    return message(read_jsonl(path));
  };
  EXPECT_EQ(complaint("{\"a\":1}\n{\"a\":}\n"), path + ":2: no valid JSON at byte 5");
  EXPECT_EQ(complaint("{}\n\n"), path + ":2: no valid JSON at byte 0");
  EXPECT_EQ(complaint("[1]\n"), path + ":1: the line is no JSON object");
  EXPECT_EQ(complaint("{\"a\":true}\n"), path + ":1: 'a' is neither a number nor a string");
  EXPECT_EQ(complaint("{\"a\":[1]}\n"), path + ":1: values are nested deeper than 1");
  EXPECT_EQ(complaint("{\"a\":1,\"a\":2}\n"), path + ":1: the name 'a' stands twice");
  EXPECT_EQ(complaint(""), "it succeeded");
}

}  // namespace
}  // namespace rnnc::formats
