#include "compiler/schedule/access.h"

#include <gtest/gtest.h>

namespace rnnc::schedule {
namespace {

using ir::DimId;
using ir::DimKind;

class AccessTest : public ::testing::Test {
 protected:
  ir::DimTable dims;
  DimId B = dims.add(DimKind::batch, "B"), T = dims.add(DimKind::time, "T");
  DimId H = dims.add(DimKind::constant, "H", 3), D = dims.add(DimKind::constant, "D", 2),
        HD = dims.add(DimKind::constant, "H*D", 6), X = dims.add(DimKind::constant, "X", 4);
  BufferId buffer{0};

  SizeExpr of(DimId dim) const { return SizeExpr::of(dim, dims); }
};

TEST_F(AccessTest, RowsHaveStridesInTheSymbols) {
  Access access = rows_of(buffer, {T, B, H}, dims);
  EXPECT_EQ(access.stride(H), SizeExpr(1));
  EXPECT_EQ(access.stride(B), SizeExpr(3));
  EXPECT_EQ(access.stride(T).to_text(dims), "3*B");
  EXPECT_TRUE(access.stride(X).is_zero());
  EXPECT_EQ(joint_stride(access, {T, B, H}, dims), SizeExpr(1));
  EXPECT_EQ(joint_stride(access, {B, T, H}, dims), std::nullopt);
  EXPECT_EQ(joint_stride(access, {T, B}, dims), SizeExpr(3));
  EXPECT_EQ(joint_stride(access, {T, H}, dims), std::nullopt);
}

TEST_F(AccessTest, ViewsSplitAndMerge) {
  Access flat = rows_of(buffer, {B, HD}, dims);
  auto split = viewed(flat, {B, HD}, {B, H, D}, dims);
  ASSERT_TRUE(split);
  EXPECT_EQ(split->stride(H), SizeExpr(2));
  EXPECT_EQ(split->stride(D), SizeExpr(1));
  EXPECT_EQ(split->stride(B), SizeExpr(6));
  auto merged = viewed(*split, {B, H, D}, {B, HD}, dims);
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->stride(HD), SizeExpr(1));
  // Transposed, so the two cannot be one.
  Access turned = rows_of(buffer, {B, D, H}, dims);
  EXPECT_FALSE(viewed(turned, {B, H, D}, {B, HD}, dims));
}

TEST_F(AccessTest, SlicesBeginLater) {
  Access flat = rows_of(buffer, {B, HD}, dims);
  Access part = sliced(flat, HD, X, 2);
  EXPECT_EQ(part.offset, SizeExpr(2));
  EXPECT_EQ(part.stride(X), SizeExpr(1));
  EXPECT_EQ(part.stride(B), SizeExpr(6));
}

TEST_F(AccessTest, SizesAreComparedBySymbol) {
  SizeExpr a = of(B) * SizeExpr(4), b = of(B) * SizeExpr(7), c = of(B) * of(T);
  EXPECT_TRUE(a.same_symbols(b));
  EXPECT_FALSE(a.same_symbols(c));
  EXPECT_EQ(SizeExpr::larger(a, b), b);
  EXPECT_EQ((a + b).to_text(dims), "11*B");
  EXPECT_EQ((c + SizeExpr(2)).evaluate([&](DimId dim) { return dim == B ? 5 : 10; }), 52);
}

}  // namespace
}  // namespace rnnc::schedule
