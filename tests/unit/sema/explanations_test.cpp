// What the explanations of sema's codes show is what sema says about it.
#include "tests/support/explanation.h"

#include <algorithm>

#include "tests/unit/sema/checked.h"

namespace rnnc::sema {
namespace {

// What is found in a spec with the sizes that it has itself; those that data would give are 3.
std::vector<diagnostics::Diagnostic> diagnostics_of(const std::string& text) {
  Look look(text);
  if (!look.spec.good()) return look.spec.sink.sorted();
  for (const ast::Body* body : look.spec.program.own) {
    if (body->kind != ast::BodyKind::model) continue;
    std::map<std::string, int64_t> sizes;
    for (const SizeSymbol& symbol : symbols(look.spec.program, *body, look.spec.sink)) {
      if (!symbol.fallback) sizes[symbol.name] = 3;
    }
    instantiate(look.spec.program, *body, sizes, look.spec.sink);
  }
  return look.spec.sink.sorted();
}

TEST(Explanations, ShowASpecThatBreaksTheirRuleAndNoOther) {
  size_t specs = 0, commands = 0;
  for (const diagnostics::CodeInfo& info : diagnostics::all_codes()) {
    const unsigned family = info.number / 100;
    if (family < 2 || (family > 5 && family != 9)) continue;
    const std::string example = diagnostics::parts_of(info.explanation).example;
    if (example.starts_with("rnnc ")) {
      ++commands;
      continue;
    }
    ++specs;
    bool shown = false;
    for (const diagnostics::Diagnostic& found : diagnostics_of(example)) {
      shown = shown || found.code == info.code;
      EXPECT_EQ(found.code, info.code) << info.id() << " is explained by what also breaks "
                                       << diagnostics::info(found.code).id() << ": " << found.message;
    }
    EXPECT_TRUE(shown) << info.id() << " is not what sema says about its own example:\n" << example;
  }
  EXPECT_GE(specs, 70u);
  EXPECT_EQ(commands, 2u) << "a size is missing, or is none of the model's";
}

}  // namespace
}  // namespace rnnc::sema
