// One test for every *.case file below tests/cases, found when the program starts.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/cases/runner/run_case.h"

namespace rnnc::cases {
namespace {

namespace fs = std::filesystem;

class CaseTest : public testing::Test {
 public:
  explicit CaseTest(fs::path file) : file_(std::move(file)) {}

  void TestBody() override {
    bool update = std::getenv("RNNC_UPDATE_CASES") != nullptr;
    std::string problem = check_case_file(file_, RNNC_BINARY, update);
    EXPECT_TRUE(problem.empty()) << file_.string() << ":\n" << problem;
  }

 private:
  fs::path file_;
};

// The number of cases found.
size_t register_cases() {
  size_t count = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(RNNC_CASES_DIR)) {
    fs::path file = entry.path();
    if (file.extension() != ".case") continue;
    std::string suite = fs::relative(file.parent_path(), RNNC_CASES_DIR).generic_string();
    testing::RegisterTest(suite.c_str(), file.stem().c_str(), nullptr, nullptr, file.c_str(), 1,
                          [file]() -> testing::Test* { return new CaseTest(file); });
    ++count;
  }
  return count;
}

}  // namespace
}  // namespace rnnc::cases

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (rnnc::cases::register_cases() == 0) {
    std::fprintf(stderr, "there are no cases in %s\n", RNNC_CASES_DIR);
    return 1;
  }
  return RUN_ALL_TESTS();
}
