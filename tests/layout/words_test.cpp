// Words that a source may not hold.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>

#include "tests/layout/cpp_text.h"
#include "tests/layout/source_tree.h"

namespace rnnc::layout {
namespace {

// LSTM, GRU and the like: the cells of the standard library whose names are theirs alone. Names in small
// letters (embed, conv) are words of the field as well and prove nothing.
std::set<std::string> cells_of_the_library() {
  const std::regex declaration(R"(cell (\w+).*)");
  std::set<std::string> names;
  for (const SourceText& file : read_tree({".rnn"})) {
    if (!file.path.starts_with("compiler/library/")) continue;
    for (const std::string& line : lines_of(file.text)) {
      std::smatch match;
      bool is_cell = std::regex_match(line, match, declaration);
      if (!is_cell) continue;
      std::string name = match[1];
      if (std::count_if(name.begin(), name.end(), [](unsigned char c) { return std::isupper(c); }) >= 2)
        names.insert(name);
    }
  }
  return names;
}

std::string in_small_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// Whether a string can serve to recognise a name. A sentence or a line of a program cannot: helps and
// explanations quote cells as a user would write them, and nothing compares with those.
bool could_be_a_name(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '.' || c == ':' || c == '/';
  });
}

// The runs of letters of a text: "lstm_forward" knows an "lstm".
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (char c : text) {
    if (std::isalpha(static_cast<unsigned char>(c))) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

std::vector<Violation> cell_names_in(const SourceText& source, const std::set<std::string>& cells) {
  std::map<std::string, std::string> by_small_letters;
  for (const std::string& cell : cells) by_small_letters[in_small_letters(cell)] = cell;
  std::vector<Violation> violations;
  for (const Piece& piece : pieces_of(source.text)) {
    if (piece.kind == PieceKind::string && !could_be_a_name(piece.text)) continue;
    for (const std::string& word : words_of(piece.text)) {
      auto found = by_small_letters.find(in_small_letters(word));
      // `rnn` in small letters is this project's own name.
      bool is_known = found != by_small_letters.end() && (found->second != "RNN" || word == "RNN");
      if (is_known) violations.push_back({source.path, piece.line, "knows the cell " + found->second});
    }
  }
  return violations;
}

TEST(Words, NameNoCell) {
  std::set<std::string> cells = cells_of_the_library();
  for (const char* cell : {"LSTM", "GRU", "mLSTM", "sLSTM"}) EXPECT_TRUE(cells.contains(cell)) << cell;
  for (const SourceText& source : read_tree({".h", ".cpp", ".c", ".def"})) {
    bool is_ours = source.path.starts_with("compiler/") || source.path.starts_with("runtime/");
    if (!is_ours) continue;
    std::vector<Violation> violations = cell_names_in(source, cells);
    EXPECT_TRUE(violations.empty()) << to_text(violations);
  }
}

TEST(Words, OfCellsAreFoundInCodeAndStringsButNotInComments) {
  const std::set<std::string> cells = {"LSTM", "GRU", "RNN"};
  auto found = [&](const char* text) { return to_text(cell_names_in({"x.cpp", text}, cells)); };
  EXPECT_EQ(found("// an LSTM\n/* GRU */ int h = 1'000;\n#include \"LSTM.h\"\n"), "");
  EXPECT_EQ(found("int a;\nif (name == \"LSTM\") f();\n"), "x.cpp:2: knows the cell LSTM\n");
  EXPECT_EQ(found("void lower_gru(int);\n"), "x.cpp:1: knows the cell GRU\n");
  EXPECT_EQ(found("auto s = R\"(library:GRU)\";\n"), "x.cpp:1: knows the cell GRU\n");
  EXPECT_EQ(found("char c = '\"'; // LSTM\nconst char* s = \"\\\"\"; // GRU\n"), "");
  EXPECT_EQ(found("help(\"give a state by its name: `LSTM[H](x, h = z)`\");\n"), "");
  EXPECT_EQ(found("namespace rnnc {}\nauto s = \"RNN\";\n"), "x.cpp:2: knows the cell RNN\n");
}

// Each is put together here, so that this file does not hold it.
TEST(Words, LeaveNothingForLater) {
  const std::vector<std::string> forbidden = {std::string("TO") + "DO", std::string("FIX") + "ME",
                                              std::string("../") + "shared", std::string("/wo") + "rk/"};
  std::vector<SourceText> files =
      read_tree({".h", ".cpp", ".c", ".def", ".g4", ".rnn", ".cmake", ".txt", ".md", ".py", ".sh", ".json",
                 ".case", ".ir", "test", "demo", "setup", "run"});
  for (const SourceText& file : files) {
    for (const std::string& word : forbidden) {
      EXPECT_EQ(file.text.find(word), std::string::npos) << file.path << " says " << word;
    }
  }
}

}  // namespace
}  // namespace rnnc::layout
