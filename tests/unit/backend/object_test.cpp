// Objects stand alone.
#include "compiler/backend/object.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "compiler/ir/text.h"
#include "compiler/schedule/plan_function.h"
#include "tests/gradients/cells.h"
#include "tests/gradients/op_cases.h"

namespace rnnc::backend {
namespace {

// What `nm` says of an object.
std::string symbols(const std::string& bytes, const std::string& options) {
  std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "rnnc_symbols.o";
  std::ofstream(file, std::ios::binary) << bytes;
  std::FILE* pipe = popen(("nm " + options + " '" + file.string() + "' 2>&1").c_str(), "r");
  std::string text;
  char buffer[256];
  while (pipe && std::fgets(buffer, sizeof buffer, pipe)) text += buffer;
  int status = pipe ? pclose(pipe) : -1;
  std::filesystem::remove(file);
  return status == 0 ? text : "nm failed: " + text;
}

std::vector<Target> all_targets() {
  std::vector<Target> all = targets();
  all.push_back(native_target());
  return all;
}

TEST(Object, CallsNoLibraryAndHasNoDataThatCanBeWritten) {
  std::vector<ir::Module> modules = {rnnc::testing::lstm("forward"), rnnc::testing::slstm("backward")};
  for (const ir::OpInfo& row : ir::all_ops()) {
    for (const std::string& text : rnnc::testing::gradient_cases(row.op)) {
      modules.push_back(rnnc::testing::case_module(text));
    }
  }
  for (const Target& target : all_targets()) {
    for (const ir::Module& module : modules) {
      auto plan = schedule::plan_zero(module.forward, module.dims, target.machine);
      auto object = make_object(*plan, target, "alone");
      ASSERT_TRUE(object) << object.error().message;
      EXPECT_EQ(symbols(object->bytes, "-u"), "") << target.name << "\n" << ir::print(module);
      std::string defined = symbols(object->bytes, "");
      for (const char* kind : {" b ", " B ", " d ", " D ", " C "}) {
        EXPECT_EQ(defined.find(kind), std::string::npos) << defined;
      }
    }
  }
}

TEST(Object, ShowsTwoFunctionsAndNoMore) {
  ir::Module module = rnnc::testing::gru("forward");
  Target target = native_target();
  auto plan = schedule::plan_zero(module.forward, module.dims, target.machine);
  auto object = make_object(*plan, target, "gru");
  ASSERT_TRUE(object);
  std::string visible = symbols(object->bytes, "-g --defined-only -j");
  EXPECT_EQ(visible, "gru\ngru_scratch\n");
}

TEST(Object, IsTheSameEachTime) {
  ir::Module module = rnnc::testing::mlstm("forward");
  Target target = native_target();
  auto plan = schedule::plan_zero(module.forward, module.dims, target.machine);
  EXPECT_EQ(make_object(*plan, target, "same")->bytes, make_object(*plan, target, "same")->bytes);
}

TEST(Target, OfAnotherNameIsRefused) {
  auto target = find_target("x86-64-v9");
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().message,
            "there is no target `x86-64-v9`; there are native, x86-64, x86-64-v3, x86-64-v4");
  EXPECT_EQ(find_target("x86-64-v3")->machine.lanes, 8);
}

}  // namespace
}  // namespace rnnc::backend
