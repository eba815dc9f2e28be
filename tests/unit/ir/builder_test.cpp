#include "compiler/ir/builder.h"

#include <gtest/gtest.h>

#include "tests/support/ir_text.h"

namespace rnnc::ir {
namespace {

class BuilderTest : public ::testing::Test {
 protected:
  DimTable dims;
  DimId b = dims.add(DimKind::batch, "B");
  DimId t = dims.add(DimKind::time, "T");
  DimId h = dims.add(DimKind::constant, "H", 3);
  DimId k = dims.add(DimKind::constant, "K", 3);
  Function function{"forward"};
  Builder build{dims, function};
  ValueId x = build.input("x", {Element::real, {t, b, h}});
  ValueId w = build.param("W", {Element::real, {k, h}});
};

TEST_F(BuilderTest, NamesLeavesAfterThemselves) {
  EXPECT_EQ(function[x].name, "x");
  EXPECT_EQ(params_of(function), (std::vector<NamedType>{{"W", {Element::real, {k, h}}}}));
  EXPECT_EQ(inputs_of(function), (std::vector<NamedType>{{"x", {Element::real, {t, b, h}}}}));
}

TEST_F(BuilderTest, ContractsInNaturalOrder) {
  EXPECT_EQ(build.type(build.contract(w, x, {h})), (Type{Element::real, {k, t, b}}));
  EXPECT_EQ(build.type(build.contract(x, x, {h})), (Type{Element::real, {t, b}}));
}

TEST_F(BuilderTest, AddsNothingForABroadcastOrViewToItself) {
  size_t before = function.instrs().size();
  EXPECT_EQ(build.broadcast(x, build.type(x)), x);
  EXPECT_EQ(build.view(x, {t, b, h}), x);
  EXPECT_EQ(function.instrs().size(), before);
  EXPECT_NE(build.view(x, {t, b, k}), x);
}

TEST_F(BuilderTest, CarriesTheSpan) {
  build.at({1, 20, 30});
  ValueId y = build.unary(Op::tanh, x);
  EXPECT_EQ(function.producer(y)->span, (support::Span{1, 20, 30}));
}

TEST_F(BuilderTest, NamesTheResultsOfAScanAsItsBodyDoes) {
  auto body = std::make_shared<Function>();
  ValueId slice = body->add_parameter({Element::real, {b, h}}, "x");
  ValueId carry = body->add_parameter({Element::real, {b, h}}, "h");
  Builder inside(dims, *body);
  ValueId next = inside.binary(Op::add, slice, carry);
  body->add_result("y", next);
  body->add_result("h", next);
  ScanAttr how;
  how.time = t;
  how.outs = 1;
  how.body = body;
  ValueId first = build.constant(0, {Element::real, {b, h}});
  auto results = build.scan(how, {x}, {}, {first});
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(build.type(results[0]), (Type{Element::real, {t, b, h}}));
  EXPECT_EQ(build.type(results[1]), (Type{Element::real, {b, h}}));
  EXPECT_EQ(function[results[0]].name, "y");
  EXPECT_EQ(function[results[1]].name, "h.last");
  EXPECT_TRUE(verify(function, dims));
}

TEST_F(BuilderTest, AppendsACopyOfAnyInstructionWithTheWantedType) {
  ValueId y = build.broadcast(w, {Element::real, {h, k}});
  const Instr instr = *function.producer(y);
  auto copy = build.append(instr.op, instr.operands, instr.attributes, function.type(y));
  EXPECT_EQ(build.type(copy[0]), build.type(y));
}

TEST_F(BuilderTest, FindsResultsAndProducers) {
  function.add_result("y", x);
  EXPECT_EQ(function.result("y"), x);
  EXPECT_FALSE(function.result("z").valid());
  EXPECT_EQ(function.producer(w)->op, Op::param);
}

using BuilderDeathTest = BuilderTest;

TEST_F(BuilderDeathTest, EndsTheCompilerOnAMistakeOfItsOwn) {
  EXPECT_EXIT(build.binary(Op::add, x, w), ::testing::ExitedWithCode(101), "unequal types");
  EXPECT_EXIT(build.unary(Op::tanh, ValueId{77}), ::testing::ExitedWithCode(101), "no value of the function");
  EXPECT_EXIT(build.unary(Op::add, x), ::testing::ExitedWithCode(101), "add");
}

}  // namespace
}  // namespace rnnc::ir
