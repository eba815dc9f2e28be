#include "compiler/ir/type.h"

#include <gtest/gtest.h>

namespace rnnc::ir {
namespace {

TEST(DimTable, GivesATakenNameAPrime) {
  DimTable dims;
  DimId h = dims.add(DimKind::constant, "H", 4);
  DimId second = dims.add(DimKind::constant, "H", 4);
  DimId third = dims.add(DimKind::constant, "H", 4);
  EXPECT_EQ(dims[second].name, "H'");
  EXPECT_EQ(dims[third].name, "H''");
  EXPECT_EQ(dims.find("H"), h);
  EXPECT_EQ(dims.find("H'"), second);
  EXPECT_FALSE(dims.find("K").valid());
}

class TypeTest : public ::testing::Test {
 protected:
  DimTable dims;
  DimId b = dims.add(DimKind::batch, "B");
  DimId t = dims.add(DimKind::time, "T");
  DimId s = dims.add(DimKind::time, "T.source");
  DimId h = dims.add(DimKind::constant, "H", 4);
  DimId wide = dims.add(DimKind::constant, "4*H", 16);
};

TEST_F(TypeTest, KnowsWhereADimStands) {
  Type type{Element::real, {t, b, h}};
  EXPECT_EQ(type.position(b), 1);
  EXPECT_EQ(type.position(s), -1);
  EXPECT_TRUE(type.has(h));
  EXPECT_EQ(type.without(b), (Type{Element::real, {t, h}}));
  EXPECT_EQ(type.without(s), type);
  EXPECT_EQ(type.with_element(Element::i32), (Type{Element::i32, {t, b, h}}));
}

TEST_F(TypeTest, GivesTheFirstOfTwoTimes) {
  EXPECT_EQ(time_of({Element::real, {b, s, t}}, dims), s);
  EXPECT_FALSE(time_of({Element::real, {b, h}}, dims).valid());
}

TEST_F(TypeTest, CountsTheElementsOfOneStepOfOneSequence) {
  EXPECT_EQ(constant_elements({Element::real, {t, b, h, wide}}, dims), 64);
  EXPECT_EQ(constant_elements({Element::real, {}}, dims), 1);
}

TEST_F(TypeTest, CountsNoFurtherThanTheLargestNumber) {
  DimId huge = dims.add(DimKind::constant, "huge", INT64_MAX / 2);
  EXPECT_EQ(constant_elements({Element::real, {huge, h}}, dims), INT64_MAX);
}

TEST_F(TypeTest, WritesNamesThatAreNoWordsInQuotes) {
  EXPECT_EQ(to_text({Element::real, {t, b, wide}}, dims), "f32[T,B,\"4*H\"]");
  EXPECT_EQ(to_text({Element::i32, {}}, dims), "i32[]");
  EXPECT_EQ(to_text({Element::boolean, {s}}, dims), "bool[T.source]");
}

}  // namespace
}  // namespace rnnc::ir
