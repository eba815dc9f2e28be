#include "compiler/support/nearest.h"

#include <gtest/gtest.h>

namespace rnnc::support {
namespace {

const std::vector<std::string> kWords = {"input", "output", "state", "h", "hidden"};

TEST(Nearest, FindsATypingSlip) {
  EXPECT_EQ(nearest("ouput", kWords), "output");
  EXPECT_EQ(nearest("inptu", kWords), "input");
  EXPECT_EQ(nearest("hiden", kWords), "hidden");
  EXPECT_EQ(nearest("hi", kWords), "h");
}

TEST(Nearest, TakesCapitalsForNoDifference) {
  EXPECT_EQ(nearest("lstm", {"state", "LSTM"}), "LSTM");
  EXPECT_EQ(nearest("Hidden", kWords), "hidden");
}

TEST(Nearest, GuessesNothingFarAway) {
  EXPECT_EQ(nearest("embedding", kWords), "");
  EXPECT_EQ(nearest("abc", kWords), "");
  EXPECT_EQ(nearest("x", {}), "");
}

TEST(Nearest, IsNotTheWordItself) { EXPECT_EQ(nearest("state", {"state"}), ""); }

TEST(Nearest, PrefersFewerEditsThenTheFirst) {
  EXPECT_EQ(nearest("weight", {"weighted", "weights"}), "weights");
  EXPECT_EQ(nearest("ab", {"ac", "ad"}), "ac");
}

}  // namespace
}  // namespace rnnc::support
