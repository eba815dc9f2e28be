#include "compiler/ir/verify.h"

#include <gtest/gtest.h>

#include "compiler/ir/builder.h"
#include "tests/support/ir_text.h"

namespace rnnc::ir {
namespace {

bool says(const support::Status& status, const std::string& part) {
  return !status && status.error().message.find(part) != std::string::npos;
}

class VerifyFunction : public ::testing::Test {
 protected:
  DimTable dims;
  DimId b = dims.add(DimKind::batch, "B");
  DimId t = dims.add(DimKind::time, "T");
  DimId h = dims.add(DimKind::constant, "H", 3);
  Type x_type{Element::real, {t, b, h}};
  Type step{Element::real, {b, h}};
  Function function{"forward"};
  Builder build{dims, function};
  ValueId x = build.input("x", x_type);

  // A scan over a body that `fill` completes.
  template <class Fill>
  support::Status with_body(Fill fill) {
    auto body = std::make_shared<Function>();
    ValueId slice = body->add_parameter(step, "x");
    fill(*body, slice);
    if (body->results().empty()) body->add_result("y", slice);
    ScanAttr how;
    how.time = t;
    how.each = how.outs = 1;
    how.body = body;
    function.append(Op::scan, {x}, how, {x_type});
    return verify(function, dims);
  }
};

TEST_F(VerifyFunction, AcceptsWhatTheBuilderMade) {
  function.add_result("y", build.unary(Op::tanh, x));
  EXPECT_TRUE(verify(function, dims));
}

TEST_F(VerifyFunction, NamesTheInstructionAndItsPlace) {
  function.append(Op::neg, {x}, {}, {step}, {2, 5, 9});
  auto status = verify(function, dims);
  ASSERT_TRUE(says(status, "%0 = neg %x : f32[B,H]"));
  EXPECT_EQ(status.error().span, (support::Span{2, 5, 9}));
}

TEST_F(VerifyFunction, RefusesAnOperandThatComesLater) {
  function.append(Op::neg, {ValueId{1}}, {}, {x_type});
  EXPECT_TRUE(says(verify(function, dims), "not defined before"));
}

TEST_F(VerifyFunction, RefusesAnOperandThatIsNoValue) {
  function.append(Op::neg, {ValueId{9}}, {}, {x_type});
  EXPECT_TRUE(says(verify(function, dims), "an operand that is no value"));
}

TEST_F(VerifyFunction, RefusesTypesThatTheOperationDoesNotGive) {
  function.append(Op::less, {x, x}, {}, {x_type});
  EXPECT_TRUE(says(verify(function, dims), "not those of the operation"));
}

TEST_F(VerifyFunction, RefusesTooManyResults) {
  function.append(Op::neg, {x}, {}, {x_type, x_type});
  EXPECT_TRUE(says(verify(function, dims), "not those of the operation"));
}

TEST_F(VerifyFunction, RefusesAnInstructionWithoutResults) {
  function.append(Op::neg, {x}, {}, {});
  EXPECT_TRUE(says(verify(function, dims), "without a result"));
}

TEST_F(VerifyFunction, RefusesOperandsThatTheOpDoesNotTake) {
  function.append(Op::exp, {x, x}, {}, {x_type});
  EXPECT_TRUE(says(verify(function, dims), "takes 1 operands"));
}

TEST_F(VerifyFunction, RefusesTwoLeavesOfOneName) {
  build.input("x", x_type);
  EXPECT_TRUE(says(verify(function, dims), "second leaf"));
}

TEST_F(VerifyFunction, LetsAParamAndAnInputShareAName) {
  build.param("x", {Element::real, {h}});
  EXPECT_TRUE(verify(function, dims));
}

TEST_F(VerifyFunction, RefusesTwoResultsOfOneNameAndNone) {
  Function unnamed = function;
  unnamed.add_result("", x);
  EXPECT_TRUE(says(verify(unnamed, dims), "second result"));
  function.add_result("y", x);
  function.add_result("y", x);
  EXPECT_TRUE(says(verify(function, dims), "second result `y`"));
}

TEST_F(VerifyFunction, RefusesAResultThatIsNoValue) {
  function.add_result("y", ValueId{5});
  EXPECT_TRUE(says(verify(function, dims), "result y is no value"));
}

TEST_F(VerifyFunction, RefusesParametersOutsideOfBodies) {
  function.add_parameter(step, "p");
  EXPECT_TRUE(says(verify(function, dims), "only the body of a scan has parameters"));
}

TEST_F(VerifyFunction, ChecksLengths) {
  Function good = function;
  Builder(dims, good).input("lengths.T", {Element::i32, {b}});
  EXPECT_TRUE(verify(good, dims));
  Function real = function;
  Builder(dims, real).input("lengths.T", {Element::real, {b}});
  EXPECT_TRUE(says(verify(real, dims), "lengths are i32"));
  Function other = function;
  Builder(dims, other).input("lengths.H", {Element::i32, {b}});
  EXPECT_TRUE(says(verify(other, dims), "lengths of what is no time"));
}

TEST_F(VerifyFunction, AcceptsABodyWithTwoResultsOfOneName) {
  EXPECT_TRUE(with_body([](Function& body, ValueId slice) { body.add_result("h", slice); }));
}

TEST_F(VerifyFunction, RefusesLeavesInABody) {
  EXPECT_TRUE(
      says(with_body([&](Function& body, ValueId) { Builder(dims, body).param("W", {Element::real, {h}}); }),
           "not allowed in the body"));
}

TEST_F(VerifyFunction, RefusesDrawsInABody) {
  EXPECT_TRUE(says(
      with_body([&](Function& body, ValueId) { Builder(dims, body).random({Distribution::normal}, step); }),
      "not allowed in the body"));
}

TEST_F(VerifyFunction, RefusesTheTimeOfAScanInItsBody) {
  EXPECT_TRUE(
      says(with_body([&](Function& body, ValueId) { Builder(dims, body).iota(t); }), "the time of its scan"));
}

TEST_F(VerifyFunction, ChecksBodiesToo) {
  EXPECT_TRUE(says(with_body([&](Function& body, ValueId slice) {
                     body.append(Op::neg, {slice}, {}, {Type{Element::i32, {b, h}}});
                   }),
                   "in the body"));
}

TEST_F(VerifyFunction, ChecksTheTableOfDims) {
  dims.add(DimKind::constant, "empty", 0);
  EXPECT_TRUE(says(verify(function, dims), "has size 0"));
}

constexpr const char* kModule = R"(module m {
  batch B time T dim H = 3
  state h : f32[B,H] first 0 param h0
  func @forward {
    %h0 = param h0 : f32[H]
    %x = input x : f32[T,B,H]
    %h = input state.h : f32[B,H]
    return y = %x, state.h = %h
  }
  func @begin {
    %h = const 0 : f32[B,H]
    return held.z = %h, state.h = %h
  }
  func @step {
    %z = input held.z : f32[B,H]
    %x = input x : f32[B,H]
    %h = input state.h : f32[B,H]
    return y = %x, state.h = %h
  }
})";

// The module with a part of its text replaced.
support::Status verify_changed(const std::string& from, const std::string& to) {
  std::string text = kModule;
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  text.replace(at, from.size(), to);
  auto module = read(text);
  EXPECT_TRUE(module) << module.error().message;
  return verify(*module);
}

TEST(VerifyModule, AcceptsAModuleWhoseFunctionsAgree) { EXPECT_TRUE(verify(testing::module_of(kModule))); }

TEST(VerifyModule, LetsStepSeeWholeSequencesToo) {
  EXPECT_TRUE(verify_changed("input x : f32[B,H]", "input x : f32[T,B,H]"));
}

TEST(VerifyModule, RefusesAnInputThatDisagrees) {
  EXPECT_TRUE(says(verify_changed("input x : f32[B,H]", "input x : f32[B]"), "step: `x` is f32[B] here"));
}

TEST(VerifyModule, RefusesAStepThatIsHandedWhatBeginDoesNotGive) {
  EXPECT_TRUE(says(verify_changed("held.z = %h, ", ""), "`held.z` comes from no `begin`"));
  EXPECT_TRUE(says(verify_changed("input held.z : f32[B,H]", "input held.z : f32[B]"), "`held.z` is f32[B]"));
}

TEST(VerifyModule, RefusesAParamThatDisagrees) {
  EXPECT_TRUE(
      says(verify_changed("func @step {", "func @step { %p = param h0 : f32[]"), "`h0` is f32[] here"));
}

TEST(VerifyModule, RefusesAStateOfAnotherType) {
  EXPECT_TRUE(
      says(verify_changed("%h = input state.h : f32[B,H]", "%h = input state.h : f32[B]"), "state.h"));
}

TEST(VerifyModule, RefusesAStateThatTheModuleDoesNotList) {
  EXPECT_TRUE(says(verify_changed("y = %x", "state.c = %h"), "`state.c` is no state"));
}

TEST(VerifyModule, RefusesAFunctionThatForgetsAState) {
  EXPECT_TRUE(says(verify_changed(", state.h = %h", ""), "no next value of state `h`"));
}

TEST(VerifyModule, RefusesAStateWithATimeOrWithoutTheBatch) {
  EXPECT_TRUE(says(verify_changed("state h : f32[B,H]", "state h : f32[H]"), "needs the batch and no time"));
  EXPECT_TRUE(
      says(verify_changed("state h : f32[B,H]", "state h : f32[T,B,H]"), "needs the batch and no time"));
}

TEST(VerifyModule, RefusesAFirstValueOfAnotherType) {
  EXPECT_TRUE(says(verify_changed("param h0 : f32[H]", "param h0 : f32[]"), "its first value `h0` f32[]"));
}

TEST(VerifyModule, RefusesTwoStatesOfOneName) {
  EXPECT_TRUE(
      says(verify_changed("func @forward", "state h : f32[B,H] first 0 func @forward"), "two states `h`"));
}

TEST(VerifyModule, RefusesAModuleWithoutABatch) {
  auto module = read("module m { dim H = 2 func @forward { } }");
  ASSERT_TRUE(module);
  EXPECT_TRUE(says(verify(*module), "without a batch"));
}

}  // namespace
}  // namespace rnnc::ir
