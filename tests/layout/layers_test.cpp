#include "tests/layout/layers.h"

#include <gtest/gtest.h>

#include "tests/layout/source_tree.h"

namespace rnnc::layout {
namespace {

Layers layers_of_the_house() {
  for (const SourceText& file : read_tree({"layers.txt"})) {
    if (file.path == "layers.txt") return Layers::parse(file.text);
  }
  ADD_FAILURE() << "no layers.txt";
  return Layers::parse("");
}

bool is_ours(const SourceText& source) {
  return source.path.starts_with("compiler/") || source.path.starts_with("runtime/");
}

TEST(Layers, HoldInEveryFile) {
  Layers layers = layers_of_the_house();
  std::vector<Violation> violations;
  size_t files = 0;
  for (const SourceText& source : read_tree({".h", ".cpp", ".c", ".def"})) {
    if (!is_ours(source)) continue;
    ++files;
    for (Violation& violation : layers.check(source)) violations.push_back(std::move(violation));
  }
  EXPECT_TRUE(violations.empty()) << to_text(violations);
  EXPECT_GT(files, 20u) << "the sources were not found";
}

TEST(Layers, HoldInTheBuildToo) {
  Layers layers = layers_of_the_house();
  for (const SourceText& file : read_tree({"CMakeLists.txt"})) {
    std::vector<Violation> violations = layers.check_room(file);
    EXPECT_TRUE(violations.empty()) << to_text(violations);
  }
}

TEST(Layers, AreATableWithoutCycles) {
  Layers layers = layers_of_the_house();
  EXPECT_EQ(layers.errors(), std::vector<std::string>{});
  EXPECT_EQ(layers.cycles(), std::vector<std::string>{});
}

class SmallHouse : public testing::Test {
 protected:
  Layers layers = Layers::parse(
      "# a comment\n"
      "compiler/a :\n"
      "compiler/b : compiler/a\n"
      "compiler/c : compiler/b\n"
      "runtime/include :\n"
      "runtime/d : runtime/include\n"
      "compiler/driver : *\n"
      "\n"
      "ext llvm : compiler/c cpp-only\n");

  std::string problem(const std::string& path, const std::string& include) const {
    std::vector<Violation> violations = layers.check({path, "\n#include " + include + "\n"});
    return violations.empty() ? "" : to_text(violations);
  }
};

TEST_F(SmallHouse, FindsAnIncludeAgainstTheStreet) {
  EXPECT_EQ(problem("compiler/a/x.cpp", "\"compiler/b/y.h\""),
            "compiler/a/x.cpp:2: `compiler/a` may not include `compiler/b/y.h`\n");
  EXPECT_EQ(problem("compiler/b/x.cpp", "\"rnnc/abi.h\""),
            "compiler/b/x.cpp:2: `compiler/b` may not include `rnnc/abi.h`\n");
  EXPECT_EQ(problem("compiler/a/x.h", "\"tests/unit/y.h\""), "compiler/a/x.h:2: includes `tests/unit/y.h`\n");
}

TEST_F(SmallHouse, AllowsTheFolderItselfAndWhatStandsAbove) {
  EXPECT_EQ(problem("compiler/a/x.cpp", "\"compiler/a/y.h\""), "");
  EXPECT_EQ(problem("compiler/c/x.cpp", "\"compiler/a/y.h\""), "") << "through compiler/b";
  EXPECT_EQ(problem("compiler/driver/x.cpp", "\"compiler/c/y.h\""), "");
  EXPECT_EQ(problem("compiler/a/x.cpp", "<vector>"), "");
}

TEST_F(SmallHouse, KeepsLibrariesInTheirRooms) {
  EXPECT_EQ(problem("compiler/c/x.cpp", "<llvm/IR/Module.h>"), "");
  EXPECT_EQ(problem("compiler/c/x.h", "\"llvm/IR/Module.h\""), "compiler/c/x.h:2: a header includes llvm\n");
  EXPECT_EQ(problem("compiler/driver/x.cpp", "\"llvm/IR/Module.h\""),
            "compiler/driver/x.cpp:2: `compiler/driver` may not include llvm\n");
  EXPECT_EQ(problem("compiler/c/x.cpp", "\"RnnParser.h\""),
            "compiler/c/x.cpp:2: `compiler/c` may not include antlr4\n");
}

TEST_F(SmallHouse, KnowsEveryFolder) {
  EXPECT_EQ(problem("compiler/new/x.cpp", "<vector>"),
            "compiler/new/x.cpp:0: stands in a folder that layers.txt does not know\n");
}

TEST_F(SmallHouse, ReadsTheRoomsOfTheBuild) {
  EXPECT_EQ(to_text(layers.check_room({"compiler/a/CMakeLists.txt", "rnnc_room(a b)\n"})),
            "compiler/a/CMakeLists.txt:1: `compiler/a` may not link `b`\n");
  EXPECT_EQ(to_text(layers.check_room({"compiler/c/CMakeLists.txt", "rnnc_room(c a b)\n"})), "");
  EXPECT_EQ(to_text(layers.check_room({"runtime/d/CMakeLists.txt", "rnnc_room(d include)\n"})), "");
  EXPECT_EQ(to_text(layers.check_room({"runtime/d/CMakeLists.txt", "rnnc_room(d a)\n"})),
            "runtime/d/CMakeLists.txt:1: `runtime/d` may not link `a`\n");
}

TEST_F(SmallHouse, FindsCyclesAndRowsThatAreNone) {
  Layers broken = Layers::parse("a : b\nb : a\nc : d\nword\n");
  EXPECT_EQ(broken.cycles(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(broken.errors(),
            (std::vector<std::string>{"not a row: `word`", "`c` may include `d`, which has no row"}));
}

}  // namespace
}  // namespace rnnc::layout
