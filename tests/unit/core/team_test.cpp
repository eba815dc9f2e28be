#include "runtime/core/team.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <numeric>

#include "runtime/core/cores.h"

namespace rnnc::core {
namespace {

TEST(Team, RunsEachNumberOnce) {
  for (int size : {1, 2, 5}) {
    Team team(size);
    EXPECT_EQ(team.size(), size);
    std::vector<int> runs(static_cast<size_t>(size), 0);
    for (int again = 0; again < 100; ++again) team.run([&](int i) { ++runs[static_cast<size_t>(i)]; });
    EXPECT_EQ(runs, std::vector<int>(static_cast<size_t>(size), 100));
  }
}

// Each thread sums what all wrote before, and writes for the next round: a barrier that lets one through too
// early changes a sum.
TEST(Team, NobodyPassesABarrierBeforeAllHaveWritten) {
  constexpr int kRounds = 500;
  Team team(4);
  std::vector<int64_t> even(4, 1), odd(4, 0);
  std::vector<int> wrong(4, 0);
  team.run([&](int i) {
    const auto at = static_cast<size_t>(i);
    for (int round = 0; round < kRounds; ++round) {
      const auto& from = round % 2 == 0 ? even : odd;
      auto& to = round % 2 == 0 ? odd : even;
      const int64_t sum = std::accumulate(from.begin(), from.end(), int64_t{0});
      if (sum != 4 * (round + 1)) ++wrong[at];
      to[at] = round + 2;
      team.barrier();
    }
  });
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(Team, TellsACompiledFunctionWhichOfHowManyItIs) {
  static std::atomic<int64_t> numbers, callers;
  numbers = callers = 0;
  rnnc_arguments arguments = {};
  arguments.batch = 7;
  const auto function = [](const rnnc_arguments* own) {
    numbers += own->thread;
    callers += own->threads == 3 && own->batch == 7 ? 1 : 0;
    own->barrier(own->team);
  };
  Team team(3);
  team.call(function, arguments);
  EXPECT_EQ(numbers, 0 + 1 + 2);
  EXPECT_EQ(callers, 3);
}

TEST(Team, PartsAreAllOfIt) {
  for (size_t count : {0, 1, 15, 16, 17, 1000}) {
    for (int parts : {1, 2, 3, 7}) {
      size_t end = 0;
      for (int i = 0; i < parts; ++i) {
        const Part part = part_of(count, 16, i, parts);
        EXPECT_EQ(part.begin, end);
        EXPECT_TRUE(part.begin % 16 == 0 || part.begin == count);
        end = part.end;
      }
      EXPECT_EQ(end, count);
    }
  }
}

TEST(Cores, AreThoseThatTheProcessMayUse) {
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  int first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(cores(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
  EXPECT_LE(cores(), CPU_COUNT(&before));
}

}  // namespace
}  // namespace rnnc::core
