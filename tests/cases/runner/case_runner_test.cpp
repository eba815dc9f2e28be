#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/cases/runner/case_file.h"
#include "tests/cases/runner/run_case.h"

namespace rnnc::cases {
namespace {

namespace fs = std::filesystem;

// Stands in for rnnc: what it is told to do.
constexpr const char* kStandIn = R"(#!/bin/sh
case "$1" in
  say) shift; printf '%s\n' "$@" ;;
  complain) echo "$2" >&2; exit "$3" ;;
  show) cat "$2" ;;
  read) cat ;;
  write) printf 'written' > "$2" ;;
  where) pwd ;;
  die) kill -SEGV $$ ;;
esac
)";

class CaseRunner : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::create_directories(folder_);
    stand_in_ = folder_ / "stand_in";
    std::ofstream(stand_in_) << kStandIn;
    fs::permissions(stand_in_, fs::perms::owner_all);
  }
  void TearDown() override { fs::remove_all(folder_); }

  // Why a case of this text fails.
  std::string problem(const std::string& text, bool update = false) {
    std::ofstream(case_file()) << text;
    return check_case_file(case_file(), stand_in_, update);
  }
  // What a case file of this text becomes.
  std::string updated(const std::string& text) {
    EXPECT_EQ(problem(text, true), "");
    std::ifstream stream(case_file());
    return std::string(std::istreambuf_iterator<char>(stream), {});
  }

 private:
  fs::path case_file() const { return folder_ / "a.case"; }
  fs::path folder_;
  fs::path stand_in_;
};

TEST_F(CaseRunner, AcceptsWhatWasExpected) {
  EXPECT_EQ(problem("# It speaks.\n$ rnnc say one 'two words'\n--- status 0\n--- stdout\none\ntwo words\n"),
            "");
  EXPECT_EQ(problem("# It complains.\n$ rnnc complain no 3\n--- status 3\n--- stderr\nno\n"), "");
  EXPECT_EQ(problem("# It is silent.\n$ rnnc nothing\n--- status 0\n"), "");
  EXPECT_EQ(problem("# It dies.\n$ rnnc die\n--- status signal 11\n"), "");
}

TEST_F(CaseRunner, NoticesAWrongAnswer) {
  EXPECT_EQ(problem("# The text.\n$ rnnc say one\n--- status 0\n--- stdout\ntwo\n"),
            "expected:\n--- status 0\n--- stdout\ntwo\n\nbut it is:\n--- status 0\n--- stdout\none\n");
  EXPECT_NE(problem("# The status.\n$ rnnc complain no 3\n--- status 1\n--- stderr\nno\n"), "");
  EXPECT_NE(problem("# The stream.\n$ rnnc complain no 3\n--- status 3\n--- stdout\nno\n"), "");
  EXPECT_NE(problem("# Too much.\n$ rnnc say one\n--- status 0\n"), "");
  EXPECT_NE(problem("# Too little.\n$ rnnc nothing\n--- status 0\n--- stdout\none\n"), "");
  EXPECT_NE(problem("# The file.\n$ rnnc write a\n--- status 0\n--- after a\nother\n"), "");
}

TEST_F(CaseRunner, RefusesACaseThatExpectsNothing) {
  EXPECT_NE(problem("# It speaks.\n$ rnnc say one\n").find("no expectation"), std::string::npos);
}

TEST_F(CaseRunner, RefusesWhatItCannotRead) {
  EXPECT_NE(problem("$ rnnc say\n--- status 0\n").find("says what the case shows"), std::string::npos);
  EXPECT_NE(problem("# Nothing to do.\n--- status 0\n").find("no command"), std::string::npos);
  EXPECT_NE(problem("# A shell.\n$ rm -r x\n--- status 0\n").find("begins with `$ rnnc`"), std::string::npos);
  EXPECT_NE(problem("# A quote.\n$ rnnc say 'x\n--- status 0\n").find("not closed"), std::string::npos);
  EXPECT_NE(problem("# A word.\n$ rnnc say\n--- status 0\n--- stdotu\n").find("no part of an expectation"),
            std::string::npos);
  EXPECT_NE(problem("# Twice.\n$ rnnc say\n--- status 0\n--- status 0\n").find("two expectations"),
            std::string::npos);
}

TEST_F(CaseRunner, GivesTheCommandItsFiles) {
  EXPECT_EQ(problem("# It reads.\n$ rnnc show sub/a.rnn\n--- sub/a.rnn\ncell A {\n}\n--- status 0\n--- "
                    "stdout\ncell A {\n}\n"),
            "");
  EXPECT_EQ(problem("# It reads its input.\n$ rnnc read < a\n--- a\ntext\n--- status 0\n--- stdout\ntext\n"),
            "");
}

TEST_F(CaseRunner, HidesTheFolder) {
  EXPECT_EQ(problem("# Where.\n$ rnnc where\n--- status 0\n--- stdout\n$DIR\n"), "");
}

TEST_F(CaseRunner, RunsSeveralCommandsInOneFolder) {
  EXPECT_EQ(problem("# Both.\n$ rnnc write a\n$ rnnc show a\n--- status 0\n--- stdout\nwritten\n\\ no line "
                    "break at the end\n"),
            "");
  EXPECT_NE(problem("# The first fails.\n$ rnnc complain no 2\n$ rnnc say one\n--- status 0\n")
                .find("ended with status 2"),
            std::string::npos);
}

TEST_F(CaseRunner, RewritesTheExpectationAndNothingElse) {
  const std::string head = "# It writes.\n# And this is why.\n\n$ rnnc write a\n--- b\nkept\n";
  EXPECT_EQ(updated(head), head + "--- status 0\n");
  const std::string full = head + "--- status 0\n--- after a\nwritten\n\\ no line break at the end\n";
  EXPECT_EQ(updated(head + "--- status 7\n--- stdout\nold\n--- after a\nold\n"), full);
  EXPECT_EQ(updated(full), full);
  EXPECT_EQ(problem(full), "");
}

}  // namespace
}  // namespace rnnc::cases
