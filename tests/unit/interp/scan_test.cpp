// The op that holds a function, on sequences of 3, 1 and 0 steps.
#include <gtest/gtest.h>

#include "tests/unit/interp/run.h"

namespace rnnc::interp {
namespace {

constexpr const char* kScanTable = "batch B time T time S dim H = 2";

Arguments scan_arguments() {
  Arguments given;
  given.batch = 3;
  given.steps = {{"T", 3}, {"S", 2}};
  given.inputs = {{"lengths.T", whole({3}, {3, 1, 0})},
                  {"lengths.S", whole({3}, {1, 2, 2})},
                  {"x", reals({3, 3}, {1, 10, 70, 2, 80, 71, 3, 81, 72})},
                  {"s", reals({3}, {100, 200, 300})},
                  {"m", reals({2, 3}, {5, 6, 7, 90, 8, 9})}};
  return given;
}

std::map<std::string, Array> run_scan(const std::string& scan) {
  return run(kScanTable, "%x = input x : f32[T,B] %s = input s : f32[B] %m = input m : f32[S,B]\n" + scan,
             scan_arguments());
}

TEST(Scan, RunsEachSequenceToItsEnd) {
  auto results = run_scan(R"(
    %y, %l = scan forward T each(%x) with() carry(%s) : f32[T,B], f32[B] {
      (%x : f32[B], %s : f32[B])
      %n = add %x, %s : f32[B]
      yield(y = %n) next(s = %n)
    } return y = %y, l = %l)");
  EXPECT_EQ(results["y"].values, (std::vector<double>{101, 210, 0, 103, 0, 0, 106, 0, 0}));
  EXPECT_EQ(results["l"].values, (std::vector<double>{106, 210, 300}));
}

TEST(Scan, StartsBackwardAtEachSequencesOwnEnd) {
  auto results = run_scan(R"(
    %two = const 2 : f32[B]
    %y, %l = scan backward T each(%x) with(%two) carry(%s) : f32[T,B], f32[B] {
      (%x : f32[B], %two : f32[B], %s : f32[B])
      %d = mul %two, %s : f32[B]
      %n = add %x, %d : f32[B]
      yield(before = %s) next(s = %n)
    } return y = %y, l = %l)");
  // What each step found: 100 at t = 2, then 203, then 408.
  EXPECT_EQ(results["y"].values, (std::vector<double>{408, 200, 0, 203, 0, 0, 100, 0, 0}));
  EXPECT_EQ(results["l"].values, (std::vector<double>{817, 410, 300}));
}

TEST(Scan, GivesConstantsOnlyWhereASequenceRuns) {
  auto results = run_scan(R"(
    %y = scan forward T each(%x) with() carry() : f32[T,B] {
      (%x : f32[B])
      %one = const 1 : f32[B]
      yield(one = %one) next()
    } return y = %y)");
  EXPECT_EQ(results["y"].values, (std::vector<double>{1, 1, 0, 1, 0, 0, 1, 0, 0}));
}

// A carry without the batch adds up over the sequences that run, whatever the others' rows would hold.
TEST(Scan, SumsOverTheSequencesThatRun) {
  auto results = run_scan(R"(
    %zero = const 0 : f32[]
    %l, %k = scan backward T each() with(%s) carry(%zero, %s) : f32[], f32[B] {
      (%whole : f32[B], %sum : f32[], %s : f32[B])
      %both = add %whole, %s : f32[B]
      %one = reduce sum %both over {B} : f32[]
      %n = add %sum, %one : f32[]
      yield() next(sum = %n, s = %s)
    } return l = %l, k = %k)");
  // Three steps of the first sequence, one of the second.
  EXPECT_EQ(results["l"].values, (std::vector<double>{3 * 200 + 400}));
  EXPECT_EQ(results["k"].values, (std::vector<double>{100, 200, 300}));
}

TEST(Scan, TakesExtremesOfTheSequencesThatRun) {
  auto results = run_scan(R"(
    %zero = const 0 : f32[]
    %minus = neg %s : f32[B]
    %l = scan forward T each() with(%minus) carry(%zero) : f32[] {
      (%v : f32[B], %old : f32[])
      %n = reduce max %v over {B} : f32[]
      yield() next(n = %n)
    } return l = %l)");
  EXPECT_EQ(results["l"].values, (std::vector<double>{-100}));
}

TEST(Scan, MultipliesOverTheSequencesThatRun) {
  auto results = run_scan(R"(
    %zero = const 0 : f32[]
    %inf = const inf : f32[B]
    %l = scan forward T each(%x) with(%inf) carry(%zero) : f32[] {
      (%x : f32[B], %inf : f32[B], %sum : f32[])
      %p = contract %x, %inf over {B} : f32[]
      yield() next(p = %p)
    } return l = %l)");
  EXPECT_EQ(results["l"].values, (std::vector<double>{std::numeric_limits<double>::infinity()}));
}

// A delay of 2 is a chain of two carries.
TEST(Scan, ReadsAllCarriesOfTheStepBefore) {
  auto results = run_scan(R"(
    %y, %a, %b = scan forward T each(%x) with() carry(%s, %s) : f32[T,B], f32[B], f32[B] {
      (%x : f32[B], %one : f32[B], %two : f32[B])
      yield(y = %two) next(one = %x, two = %one)
    } return y = %y, a = %a, b = %b)");
  EXPECT_EQ(results["y"].values, (std::vector<double>{100, 200, 0, 100, 0, 0, 1, 0, 0}));
  EXPECT_EQ(results["a"].values, (std::vector<double>{3, 10, 300}));
  EXPECT_EQ(results["b"].values, (std::vector<double>{2, 200, 300}));
}

// The body sees a sequence whole, with lengths of its own: a scan within a scan, and a sum.
TEST(Scan, HoldsOtherTimes) {
  auto results = run_scan(R"(
    %y = scan forward T each(%x) with(%m) carry() : f32[T,B] {
      (%x : f32[B], %m : f32[S,B])
      %l = scan backward S each(%m) with() carry(%x) : f32[B] {
        (%m : f32[B], %x : f32[B])
        %n = add %m, %x : f32[B]
        yield() next(n = %n)
      }
      yield(y = %l) next()
    }
    %z, %inner = scan forward T each(%x) with(%m) carry(%s) : f32[T,B], f32[B] {
      (%x : f32[B], %m : f32[S,B], %s : f32[B])
      %one = const 1 : f32[S,B]
      %n = reduce sum %one over {S} : f32[B]
      yield(z = %n) next(s = %s)
    } return y = %y, z = %z)");
  EXPECT_EQ(results["y"].values, (std::vector<double>{6, 24, 0, 7, 0, 0, 8, 0, 0}));
  EXPECT_EQ(results["z"].values, (std::vector<double>{1, 2, 0, 1, 0, 0, 1, 0, 0}));
}

TEST(Scan, SlicesATimeThatIsNotOutermost) {
  Arguments given;
  given.batch = 2;
  given.steps["T"] = 3;
  given.inputs["x"] = reals({2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  auto results = run(kScanTable, R"(
    %x = input x : f32[B,H,T]
    %y = scan forward T each(%x) with() carry() : f32[T,B,H] {
      (%x : f32[B,H])
      yield(x = %x) next()
    } return y = %y)",
                     given);
  EXPECT_EQ(results["y"].values, (std::vector<double>{1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12}));
}

TEST(Scan, OverNoStepsGivesFirstValues) {
  Arguments given = scan_arguments();
  given.steps["T"] = 0;
  given.inputs["x"] = reals({0, 3}, {});
  given.inputs["lengths.T"] = whole({3}, {0, 0, 0});
  auto results = run(kScanTable, R"(
    %x = input x : f32[T,B] %s = input s : f32[B]
    %y, %l = scan forward T each(%x) with() carry(%s) : f32[T,B], f32[B] {
      (%x : f32[B], %s : f32[B])
      yield(y = %x) next(s = %x)
    }
    %max = reduce max %x over {T} : f32[B]
    return y = %y, l = %l, max = %max)",
                     given);
  EXPECT_EQ(results["y"], reals({0, 3}, {}));
  EXPECT_EQ(results["l"].values, (std::vector<double>{100, 200, 300}));
  EXPECT_EQ(results["max"].values, (std::vector<double>{0, 0, 0}));
}

TEST(Scan, OverNoSequencesGivesNothing) {
  Arguments given;
  given.batch = 0;
  given.steps["T"] = 2;
  given.inputs["x"] = reals({2, 0}, {});
  auto results = run(kScanTable, R"(
    %x = input x : f32[T,B]
    %zero = const 0 : f32[]
    %y, %l = scan forward T each(%x) with() carry(%zero) : f32[T,B], f32[] {
      (%x : f32[B], %s : f32[])
      %n = const 1 : f32[]
      yield(y = %x) next(s = %n)
    } return y = %y, l = %l)",
                     given);
  EXPECT_EQ(results["y"], reals({2, 0}, {}));
  EXPECT_EQ(results["l"].values, (std::vector<double>{0}));
}

}  // namespace
}  // namespace rnnc::interp
