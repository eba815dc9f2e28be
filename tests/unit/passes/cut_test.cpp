#include "compiler/passes/cut.h"

#include <gtest/gtest.h>

namespace rnnc::passes {
namespace {

using Sides = std::vector<bool>;  // made before the border?

TEST(Cut, CrossesWhereLeastDoes) {
  Cut cut;
  // A wide value, made of a narrow one, is read after the border.
  Cut::Node narrow = cut.add(1), wide = cut.add(10);
  cut.reads(wide, narrow);
  cut.pin_before(narrow);
  cut.read_after(wide);
  EXPECT_EQ(cut.solve(Cut::Ties::early), (Sides{true, false}));
}

TEST(Cut, CrossesOnceForManyReaders) {
  Cut cut;
  Cut::Node a = cut.add(3), b = cut.add(2), c = cut.add(2);
  cut.reads(b, a);
  cut.reads(c, a);
  cut.pin_before(a);
  cut.read_after(b);
  cut.read_after(c);
  EXPECT_EQ(cut.solve(Cut::Ties::early), (Sides{true, false, false}));
}

TEST(Cut, WeighsWorkAgainstCrossing) {
  for (bool dear : {false, true}) {
    Cut cut;
    Cut::Node a = cut.add(1), b = cut.add(5, dear ? 6 : 3);
    cut.reads(b, a, true);
    cut.pin_before(a);
    cut.read_after(b);
    EXPECT_EQ(cut.solve(Cut::Ties::early), (Sides{true, dear}));
  }
}

TEST(Cut, TakesTheFirstOrTheLastOfEqualBorders) {
  for (auto ties : {Cut::Ties::early, Cut::Ties::late}) {
    Cut cut;
    Cut::Node a = cut.add(1), b = cut.add(1), c = cut.add(1);
    cut.reads(b, a);
    cut.reads(c, b);
    cut.pin_before(a);
    cut.read_after(c);
    bool late = ties == Cut::Ties::late;
    EXPECT_EQ(cut.solve(ties), (Sides{true, late, late}));
  }
}

TEST(Cut, KeepsWhatIsPinned) {
  Cut cut;
  Cut::Node a = cut.add(1), b = cut.add(100), c = cut.add(1);
  cut.reads(b, a);
  cut.reads(c, b);
  cut.pin_before(b);
  cut.pin_after(c);
  EXPECT_EQ(cut.solve(Cut::Ties::early), (Sides{true, true, false}));
}

}  // namespace
}  // namespace rnnc::passes
