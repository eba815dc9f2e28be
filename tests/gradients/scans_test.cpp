// What a scan can be besides a cell: every role of an operand, every kind of carry, derivatives of
// derivatives.
#include <gtest/gtest.h>

#include "compiler/ir/rewrite.h"
#include "tests/gradients/cells.h"
#include "tests/gradients/op_cases.h"
#include "tests/support/central_differences.h"

namespace rnnc::testing {
namespace {

const Sizes kRaggedScans{4, {{"T", {4, 2, 0, 1}}, {"S", {2, 3, 1, 0}}}};

void expect_right_scan(const ir::Module& module, const Sizes& sizes = kRaggedScans) {
  interp::Arguments arguments = random_arguments(module.forward, module.dims, sizes);
  CentralDifferences differences(module.forward, module.dims, arguments, request_everything(module.forward));
  EXPECT_EQ(differences.check(), "");
}

class Scan : public ::testing::TestWithParam<std::string> {
 protected:
  // `$` in the text is the direction.
  static ir::Module module(std::string text) {
    for (size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at))
      text.replace(at, 1, GetParam());
    return case_module(text);
  }
};

INSTANTIATE_TEST_SUITE_P(Along, Scan, ::testing::Values("forward", "backward"),
                         [](const auto& test) { return test.param; });

TEST_P(Scan, DelayOfThreeIsAChainOfCarries) {
  expect_right_scan(module(R"(
    %x = input x : f32[T,B,H]  %p = param p : f32[H]
    %a0 = broadcast %p : f32[B,H]  %b0 = input b0 : f32[B,H]  %c0 = const 0.5 : f32[B,H]
    %y, %aT, %bT, %cT = scan $ T each(%x) with() carry(%a0, %b0, %c0)
        : f32[T,B,H], f32[B,H], f32[B,H], f32[B,H] {
      (%x : f32[B,H], %a1 : f32[B,H], %a2 : f32[B,H], %a3 : f32[B,H])
      %m = mul %a3, %x : f32[B,H]  %s = add %m, %a1 : f32[B,H]  %y = sin %s : f32[B,H]
      yield(y = %y) next(a1 = %y, a2 = %a1, a3 = %a2)
    }
    return y = %y, last = %cT)"));
}

TEST_P(Scan, FinalsAloneWithoutOuts) {
  expect_right_scan(module(R"(
    %x = input x : f32[T,B,H]  %s0 = input s0 : f32[B,H]  %q0 = input q0 : f32[B,H]
    %sT, %qT = scan $ T each(%x) with() carry(%s0, %q0) : f32[B,H], f32[B,H] {
      (%x : f32[B,H], %s : f32[B,H], %q : f32[B,H])
      %m = mul %s, %x : f32[B,H]  %n = tanh %m : f32[B,H]  %o = sin %x : f32[B,H]
      yield() next(s = %n, q = %o)
    }
    return sT = %sT, qT = %qT)"));
}

TEST_P(Scan, ParametersOfTheBodyAreYieldedAsTheyAre) {
  expect_right_scan(module(R"(
    %x = input x : f32[T,B,H]  %w = input w : f32[B,H]  %s0 = input s0 : f32[B,H]
    %a, %b, %c, %sT = scan $ T each(%x) with(%w) carry(%s0) : f32[T,B,H], f32[T,B,H], f32[T,B,H], f32[B,H] {
      (%x : f32[B,H], %w : f32[B,H], %s : f32[B,H])
      yield(a = %x, b = %w, c = %s) next(s = %x)
    }
    %aa = mul %a, %a : f32[T,B,H]  %bb = mul %b, %c : f32[T,B,H]
    return aa = %aa, bb = %bb, sT = %sT)"));
}

TEST_P(Scan, OperandsOfAnyOrderUsedTwice) {
  expect_right_scan(module(R"(
    %x = input x : f32[B,H,T]  %s0 = input s0 : f32[B,H]
    %y, %sT = scan $ T each(%x, %x) with(%s0) carry(%s0) : f32[T,B,H], f32[B,H] {
      (%x : f32[B,H], %z : f32[B,H], %w : f32[B,H], %s : f32[B,H])
      %p = mul %x, %z : f32[B,H]  %q = mul %s, %w : f32[B,H]  %y = add %p, %q : f32[B,H]
      yield(y = %y) next(s = %y)
    }
    return y = %y)"));
}

TEST_P(Scan, CountersAndDecisionsAreStored) {
  expect_right_scan(module(R"(
    %x = input x : f32[T,B,H]  %s0 = input s0 : f32[B,H]  %n0 = const 0 : i32[B]  %p0 = const 0 : bool[B,H]
    %y, %sT, %nT, %pT = scan $ T each(%x) with() carry(%s0, %n0, %p0)
        : f32[T,B,H], f32[B,H], i32[B], bool[B,H] {
      (%x : f32[B,H], %s : f32[B,H], %n : i32[B], %p : bool[B,H])
      %one = const 1 : i32[B]  %n1 = add %n, %one : i32[B]  %r = cast %n1 : f32[B]  %rH = broadcast %r : f32[B,H]
      %u = mul %s, %rH : f32[B,H]  %v = sin %x : f32[B,H]  %y = select %p, %u, %v : f32[B,H]
      %next = less %y, %x : bool[B,H]
      yield(y = %y) next(s = %y, n = %n1, p = %next)
    }
    return y = %y, sT = %sT, nT = %nT)"));
}

TEST_P(Scan, CarriesWithoutBatchBelongToAllSequences) {
  expect_right_scan(module(R"(
    %x = input x : f32[T,B,H]  %w = param w : f32[H]  %e0 = const 0 : bool[]  %n0 = const 1 : i32[]
    %y, %wT, %eT, %nT = scan $ T each(%x) with() carry(%w, %e0, %n0) : f32[T,B,H], f32[H], bool[], i32[] {
      (%x : f32[B,H], %w : f32[H], %even : bool[], %n : i32[])
      %wB = broadcast %w : f32[B,H]  %m = mul %wB, %x : f32[B,H]  %y = sin %m : f32[B,H]
      %sum = reduce sum %y over {B} : f32[H]  %evenH = broadcast %even : bool[H]
      %r = cast %n : f32[]  %rH = broadcast %r : f32[H]  %scaled = mul %w, %rH : f32[H]
      %both = mul %sum, %scaled : f32[H]  %v = select %evenH, %both, %sum : f32[H]
      %yes = const 1 : bool[]  %n1 = add %n, %n : i32[]
      yield(y = %y) next(w = %v, even = %yes, n = %n1)
    }
    return y = %y, wT = %wT)"));
}

TEST_P(Scan, GradientOfAGradient) {
  ir::Module cell = case_module(R"(
    %x = input x : f32[T,B,H]  %w = param w : f32[H,K]  %h0 = input h0 : f32[B,H]
    %h, %hT = scan )" + GetParam() +
                                R"( T each(%x) with(%w) carry(%h0) : f32[T,B,H], f32[B,H] {
      (%x : f32[B,H], %w : f32[H,K], %h1 : f32[B,H])
      %k = view %h1 : f32[B,K]  %u = contract %w, %k over {K} : f32[B,H]  %s = add %u, %x : f32[B,H]
      %h = tanh %s : f32[B,H]
      yield(h = %h) next(h = %h)
    }
    %e = exp %h : f32[T,B,H]  %loss = reduce sum %e over {T,B,H} : f32[]
    return loss = %loss)");
  ir::Module gradient = cell;
  ir::Function once = autodiff::differentiate(cell.forward, gradient.dims, {{"loss"}, {}, {"w", "x", "h0"}});
  std::vector<ir::NamedResult> renamed;  // "grad.w" will be the second one's
  for (const ir::NamedResult& result : once.results())
    renamed.push_back({"first." + result.name, result.value});
  ir::Rewriter copy(once, gradient.dims);
  for (uint32_t i = 0; i < once.instrs().size(); i++) copy.copy(ir::InstrId{i});
  gradient.forward = copy.finish(renamed);
  expect_right_scan(gradient);
}

// Every choice of what is asked for gives the same numbers.
TEST_P(Scan, PartsOfTheQuestion) {
  ir::Module module = gru(GetParam());
  interp::Arguments arguments = random_arguments(module.forward, module.dims, kRaggedScans);
  for (const std::string& name : request_everything(module.forward).with_respect_to) {
    for (const autodiff::Request& request :
         {autodiff::Request{{"loss"}, {}, {name}}, autodiff::Request{{}, {"h"}, {name}}}) {
      CentralDifferences differences(module.forward, module.dims, arguments, request);
      EXPECT_EQ(differences.check(), "") << name;
    }
  }
}

}  // namespace
}  // namespace rnnc::testing
