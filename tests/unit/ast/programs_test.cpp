// Every program of the project through the formatter.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "compiler/ast/print.h"
#include "compiler/diagnostics/render.h"
#include "compiler/parse/parse.h"
#include "compiler/support/source.h"
#include "tests/unit/ast/dump.h"

namespace rnnc::ast {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> programs() {
  std::vector<fs::path> result;
  for (const char* folder : {"tests/programs", "tests/programs/errors", "compiler/library", "examples"}) {
    fs::path path = fs::path(RNNC_SOURCE_DIR) / folder;
    if (!fs::exists(path)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
      if (entry.path().extension() == ".rnn") result.push_back(entry.path());
    }
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

struct Parsed {
  std::string text;
  std::optional<File> file;
};

Parsed parsed(std::string text) {
  support::SourceMap sources;
  diagnostics::Sink sink;
  std::optional<File> file = parse::parse(sources, sources.add("program.rnn", text), sink);
  return {std::move(text), std::move(file)};
}

std::vector<std::string> comments_of(const File& file) {
  std::vector<std::string> result;
  for (const Comment& comment : file.comments) result.push_back(comment.text);
  return result;
}

class Programs : public testing::TestWithParam<fs::path> {
 protected:
  // A tree is missing only where the program is there to be refused.
  Parsed original() const {
    std::ifstream stream(GetParam(), std::ios::binary);
    Parsed result = parsed(std::string(std::istreambuf_iterator<char>(stream), {}));
    EXPECT_TRUE(result.file || GetParam().parent_path().filename() == "errors");
    return result;
  }
};

TEST_P(Programs, ComeToRestWithTheSameTreeAndTheSameComments) {
  Parsed before = original();
  if (!before.file) return;
  Parsed after = parsed(print(*before.file, before.text));
  ASSERT_TRUE(after.file) << after.text;
  EXPECT_EQ(dump(*after.file), dump(*before.file));
  EXPECT_EQ(comments_of(*after.file), comments_of(*before.file));
  EXPECT_EQ(print(*after.file, after.text), after.text);
}

TEST_P(Programs, KeepTheWidthWhereTheyCan) {
  Parsed before = original();
  if (!before.file) return;
  support::SourceMap sources;
  const support::SourceFile& text = sources.file(sources.add("formatted", print(*before.file, before.text)));
  for (uint32_t number = 1; number <= text.line_count(); ++number) {
    std::string_view line = text.line(number);
    std::string_view code = line.substr(0, line.find('#'));
    EXPECT_LE(support::display_width(code), 102u) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Programs, testing::ValuesIn(programs()), [](const auto& program) {
  std::string name = program.param.stem().string() + "_" + std::to_string(program.index);
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
});

}  // namespace
}  // namespace rnnc::ast
