#include "compiler/backend/jit.h"

#include <gtest/gtest.h>
#include <xmmintrin.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <thread>

#include "compiler/backend/object.h"
#include "tests/support/ir_text.h"
#include "tests/support/machine_code.h"

namespace rnnc::backend {
namespace {

struct Twice {
  ir::Module module =
      testing::forward_of("batch B", "%a = input a : f32[B]  %y = add %a, %a : f32[B]  return y = %y");
  Target target = native_target();
  schedule::Plan plan = *schedule::plan_zero(module.forward, module.dims, target.machine);

  std::vector<double> of(const CompiledFunction& run, const std::vector<double>& a) const {
    interp::Arguments arguments;
    arguments.batch = static_cast<int64_t>(a.size());
    arguments.inputs["a"] = {ir::Element::real, {arguments.batch}, a};
    return testing::call(plan, run.function(), run.scratch_function(), arguments).results.at("y").values;
  }
};

class CacheTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }
  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) all.push_back(entry.path());
    return all;
  }
  std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "rnnc_cache_test";
  ObjectCache cache{folder};
  Twice twice;
};

TEST_F(CacheTest, FindsWhatWasMadeBefore) {
  auto first = make_object(twice.plan, twice.target, "twice", &cache);
  EXPECT_FALSE(first->from_cache);
  auto second = make_object(twice.plan, twice.target, "twice", &cache);
  EXPECT_TRUE(second->from_cache);
  EXPECT_EQ(first->bytes, second->bytes);
  EXPECT_EQ(files().size(), 1u);
}

TEST_F(CacheTest, TellsTargetsAndPlansApart) {
  make_object(twice.plan, twice.target, "twice", &cache).value();
  Target other = twice.target;
  other.cpu = "x86-64";
  EXPECT_FALSE(make_object(twice.plan, other, "twice", &cache)->from_cache);
  schedule::Plan wider = twice.plan;
  wider.machine.lanes = 4;
  EXPECT_FALSE(make_object(wider, twice.target, "twice", &cache)->from_cache);
  EXPECT_EQ(files().size(), 3u);
}

TEST_F(CacheTest, MakesADamagedEntryAnew) {
  auto first = make_object(twice.plan, twice.target, "twice", &cache);
  std::filesystem::path entry = files().at(0);
  auto damage = [&](const std::function<void(std::string&)>& spoil) {
    std::ifstream in(entry, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(in), {}};
    in.close();
    spoil(content);
    std::ofstream(entry, std::ios::binary) << content;
    auto again = make_object(twice.plan, twice.target, "twice", &cache);
    EXPECT_FALSE(again->from_cache);
    EXPECT_EQ(again->bytes, first->bytes);
    EXPECT_TRUE(make_object(twice.plan, twice.target, "twice", &cache)->from_cache);
  };
  damage([](std::string& content) { content[content.size() / 2] ^= 1; });
  damage([](std::string& content) { content.resize(content.size() / 2); });
  damage([](std::string& content) { content.clear(); });
}

TEST_F(CacheTest, DoesWithoutAFolderThatCanBeWritten) {
  ObjectCache nowhere("/proc/no/such/folder");
  EXPECT_FALSE(make_object(twice.plan, twice.target, "twice", &nowhere)->from_cache);
}

TEST_F(CacheTest, StandsWhereTheUserSays) {
  ::setenv("XDG_CACHE_HOME", "/somewhere", 1);
  ::unsetenv("RNNC_CACHE");
  EXPECT_EQ(ObjectCache::of_user()->folder(), "/somewhere/rnnc");
  ::unsetenv("XDG_CACHE_HOME");
  ::setenv("HOME", "/home/me", 1);
  EXPECT_EQ(ObjectCache::of_user()->folder(), "/home/me/.cache/rnnc");
  ::setenv("RNNC_CACHE", "off", 1);
  EXPECT_FALSE(ObjectCache::of_user());
  ::unsetenv("RNNC_CACHE");
}

TEST(Jit, RunsInSeveralThreadsAtOnceAndOutlivesItsCopies) {
  Twice twice;
  CompiledFunction kept;
  {
    auto compiled = compile(twice.plan, twice.target);
    ASSERT_TRUE(compiled);
    kept = *compiled;
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 100; ++round)
        EXPECT_EQ(twice.of(kept, {1.0 * i, 3}), (std::vector<double>{2.0 * i, 6}));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Jit, RefusesCodeForAnotherProcessor) {
  Twice twice;
  twice.target.runs_here = false;
  twice.target.name = "x86-64-v4";
  auto compiled = compile(twice.plan, twice.target);
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().message, "this processor cannot run code for x86-64-v4");
}

TEST(Jit, FlushesDenormalsInsideAndLeavesTheControlWordAsItWas) {
  Twice twice;
  auto compiled = compile(twice.plan, twice.target);
  unsigned before = _mm_getcsr();
  EXPECT_EQ(twice.of(*compiled, {0x1p-140, 1}), (std::vector<double>{0, 2}));
  EXPECT_EQ(_mm_getcsr() & 0x8040u, before & 0x8040u);
}

TEST(Jit, MakesAnOutcomeThatNobodyWants) {
  Twice twice;
  auto compiled = compile(twice.plan, twice.target);
  interp::Arguments arguments;
  arguments.batch = 5;
  arguments.inputs["a"] = {ir::Element::real, {5}, {1, 2, 3, 4, 5}};
  testing::Call got =
      testing::call(twice.plan, compiled->function(), compiled->scratch_function(), arguments, {"y"});
  EXPECT_EQ(got.wrong, "");
  EXPECT_TRUE(got.results.empty());
}

}  // namespace
}  // namespace rnnc::backend
