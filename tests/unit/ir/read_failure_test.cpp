// Text that is no module: a failure with its place, never a crash.
#include <gtest/gtest.h>

#include "compiler/ir/text.h"
#include "compiler/ir/verify.h"
#include "tests/support/random_ir.h"

namespace rnnc::ir {
namespace {

using rnnc::testing::Dice;
using rnnc::testing::random_module;

std::string failure(const std::string& text) {
  auto module = read(text);
  return module ? "no failure" : module.error().message;
}

// Instructions in an otherwise correct module; they begin on line 3, column 1.
std::string failure_of(const std::string& instructions) {
  return failure("module m { batch B time T dim H = 3\nfunc @forward {\n" + instructions + "\n}}");
}

TEST(Read, SaysLineAndColumn) {
  EXPECT_EQ(failure(""), "1:1: expected `module`, found the end");
  EXPECT_EQ(failure("module m {\n  dim H = x }"),
            "2:11: expected a whole number in [1, 9223372036854775807], found `x`");
  EXPECT_EQ(failure_of("%x = inputs x : f32[H]"), "3:6: expected an op, found `inputs`");
  EXPECT_EQ(failure_of("%x = neg %y : f32[H]"), "3:10: no value %y before this");
  EXPECT_EQ(failure_of("%x = const 1 : f32[Z]"), "3:20: no dimension `Z`");
}

TEST(Read, CountsColumnsInCodePoints) {
  EXPECT_EQ(failure_of("%ĥĥ = nag"), "3:7: expected an op, found `nag`");
}

TEST(Read, RefusesBrokenTokens) {
  EXPECT_EQ(failure_of("%x = const 1.2.3 : f32[]"), "3:12: expected a number, found `1.2.3`");
  EXPECT_EQ(failure_of("%x = const 1e999 : f32[]"), "3:12: expected a number, found `1e999`");
  EXPECT_EQ(failure_of("% = const 1 : f32[]"), "3:1: % without a name");
  EXPECT_EQ(failure_of("%x = param \"w : f32[]"), "3:12: a string without an end");
  EXPECT_EQ(failure_of("%x = param \"\\q\" : f32[]"), "3:13: not an escape");
  EXPECT_EQ(failure_of("%x = param \"\\x4g\" : f32[]"), "3:13: not an escape");
  EXPECT_EQ(failure_of("%x = ; "), "3:6: a character that begins nothing");
}

TEST(Read, RefusesWhatIsThereTwice) {
  EXPECT_EQ(failure_of("%x = const 1 : f32[]\n%x = const 1 : f32[]"), "4:1: a second value %x");
  EXPECT_EQ(failure("module m { dim H = 2 dim H = 3 }"), "1:26: a second dimension `H`");
  EXPECT_EQ(failure("module m { batch B batch C }"), "1:26: a second batch");
  EXPECT_EQ(failure("module m { func @forward {} func @f as forward {} }"),
            "1:48: a second function for `forward`");
  EXPECT_EQ(failure("module m { func @step {} func @step {} }"), "1:37: a second function for `step`");
}

TEST(Read, RefusesWhatAModuleHasNot) {
  EXPECT_EQ(failure("module m { }"), "1:13: the module has no function for `forward`");
  EXPECT_EQ(failure("module m { func @backward {} }"), "1:27: a module has no function for `backward`");
  EXPECT_EQ(failure("module m { func @forward {} } more"),
            "1:31: expected nothing after the module, found `more`");
}

TEST(Read, RefusesTypesThatAreNotInferred) {
  EXPECT_EQ(failure_of("%x = iota T : i32[H]"), "3:6: the types are not those of the operation");
  EXPECT_EQ(failure_of("%x, %y = iota T : i32[T]"), "3:10: not as many values as types");
  EXPECT_EQ(failure_of("%x = input x : f32[T,H]"), "3:6: input: f32[T,H] has a time without the batch");
}

TEST(Read, RefusesScansNestedTooDeeply) {
  std::string text = "%x = const 1 : f32[B]\n";
  for (int i = 0; i < 10000; ++i)
    text += "%y = scan forward T each() with() carry(%x) : f32[B] { (%x : f32[B])\n";
  EXPECT_NE(failure_of(text).find("scans are nested too deeply"), std::string::npos);
}

TEST(Read, NeverCrashesOnPrefixes) {
  std::string text = print(random_module(5, 12));
  for (size_t length = 0; length + 1 < text.size(); ++length) {
    auto module = read(std::string_view(text).substr(0, length));
    // Only blanks at the very end may be missing.
    ASSERT_FALSE(module) << text.substr(0, length);
  }
}

// Changed bytes give either a failure or a module whose text is stable, and which can be verified without
// harm.
TEST(Read, NeverCrashesOnChangedBytes) {
  Dice dice(1);
  size_t failures = 0, modules = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const std::string text = print(random_module(seed, 8));
    for (int trial = 0; trial < 60; ++trial) {
      std::string changed = text;
      for (size_t edits = 1 + dice.below(3); edits > 0; --edits) {
        size_t at = dice.below(changed.size());
        switch (dice.below(4)) {
          case 0:
            changed[at] = static_cast<char>(dice.below(256));
            break;
          case 1:
            changed.erase(at, 1 + dice.below(5));
            break;
          case 2:
            changed.insert(at, changed.substr(dice.below(changed.size()), dice.below(20)));
            break;
          default:
            changed[at] = text[dice.below(text.size())];
            break;
        }
      }
      auto module = read(changed);
      if (!module) {
        ++failures;
        ASSERT_NE(module.error().message.find(':'), std::string::npos);
        continue;
      }
      ++modules;
      static_cast<void>(verify(*module).operator bool());
      std::string stable = print(*module);
      auto again = read(stable);
      ASSERT_TRUE(again) << again.error().message << "\n" << stable;
      ASSERT_EQ(print(*again), stable);
    }
  }
  EXPECT_GT(failures, 100U);
  EXPECT_GT(modules, 100U);
}

}  // namespace
}  // namespace rnnc::ir
