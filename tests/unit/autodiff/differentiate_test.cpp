// The form of what differentiate() writes; tests/gradients holds its numbers.
#include "compiler/autodiff/differentiate.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/ir/rewrite.h"
#include "compiler/ir/text.h"
#include "tests/gradients/cells.h"

namespace rnnc::autodiff {
namespace {

using ir::Function;
using ir::Instr;
using ir::Op;
using testing::read_or_die;

std::vector<Instr> all_of(const Function& function, Op op) {
  std::vector<Instr> found;
  std::copy_if(function.instrs().begin(), function.instrs().end(), std::back_inserter(found),
               [&](const Instr& instr) { return instr.op == op; });
  return found;
}

// In the function and in the bodies of its scans.
size_t count(const Function& function, Op op) {
  size_t found = all_of(function, op).size();
  for (const Instr& scan : all_of(function, Op::scan)) found += count(ir::ScanParts(scan).body, op);
  return found;
}

ir::Module small(const std::string& body) {
  return read_or_die("module small { dim H = 3 dim K = 3 batch B time T func @forward { " + body + " } }");
}

std::vector<std::string> names(const std::vector<ir::NamedResult>& results) {
  std::vector<std::string> names;
  for (const ir::NamedResult& result : results) names.push_back(result.name);
  return names;
}

TEST(Differentiate, ReturnsWhatForwardDoesThenTheGradientsAskedFor) {
  ir::Module module =
      small(R"(%w = param w : f32[H]  %x = input x : f32[B,H]  %y = contract %w, %x over {H} : f32[B]
    %loss = reduce sum %y over {B} : f32[]  return y = %y, loss = %loss)");
  Function gradient = differentiate(module.forward, module.dims, {{"loss"}, {"y"}, {"x", "w"}});
  EXPECT_EQ(names(gradient.results()), (std::vector<std::string>{"y", "loss", "grad.x", "grad.w"}));
  EXPECT_EQ(ir::inputs_of(gradient).back().name, "grad.y");
  EXPECT_EQ(gradient.type(gradient.result("grad.x")), module.forward.type(ir::ValueId{1}));
}

TEST(Differentiate, WritesNothingForWhatIsNotReached) {
  ir::Module module = small(R"(%w = param w : f32[H]  %v = param v : f32[H]  %d = detach %w : f32[H]
    %e = exp %d : f32[H]  %loss = reduce sum %e over {H} : f32[]  return loss = %loss, v = %v)");
  size_t before = module.forward.instrs().size();
  Function gradient = differentiate(module.forward, module.dims, {{"loss"}, {}, {"w", "v"}});
  EXPECT_EQ(all_of(gradient, Op::constant).size(), gradient.instrs().size() - before);
  for (const char* name : {"grad.w", "grad.v"}) {
    const Instr* zeros = gradient.producer(gradient.result(name));
    ASSERT_EQ(zeros->op, Op::constant) << name;
    EXPECT_EQ(std::get<ir::ConstAttr>(zeros->attributes).values, std::vector<double>{0}) << name;
  }
}

TEST(Differentiate, TakesTheCotangentOfAResultThatNothingWantedReaches) {
  ir::Module module = small("%w = param w : f32[H]  %x = input x : f32[B,H]  return x = %x, w = %w");
  Function gradient = differentiate(module.forward, module.dims, {{}, {"x"}, {"w"}});
  EXPECT_EQ(ir::inputs_of(gradient).back().name, "grad.x");
}

TEST(Differentiate, KeepsTheSpanOfWhatItDifferentiates) {
  Function forward("forward");
  ir::DimTable dims;
  ir::DimId h = dims.add(ir::DimKind::constant, "H", 2);
  ir::Builder build(dims, forward);
  ir::ValueId w = build.param("w", {ir::Element::real, {h}});
  build.at({0, 10, 20});
  ir::ValueId s = build.unary(Op::sin, w);
  build.at({0, 30, 40});
  forward.add_result("loss", build.reduce(ir::Reduction::sum, s, {h}));
  Function gradient = differentiate(forward, dims, {{"loss"}, {}, {"w"}});
  EXPECT_EQ(all_of(gradient, Op::cos).at(0).span, (support::Span{0, 10, 20}));
  EXPECT_EQ(all_of(gradient, Op::mul).at(0).span, (support::Span{0, 10, 20}));
  EXPECT_EQ(all_of(gradient, Op::broadcast).at(0).span, (support::Span{0, 30, 40}));
}

// ---------------------------------------------------------------- scans

TEST(Scans, LstmStoresGatesAndStatesAndReadsTheStateByShift) {
  ir::Module module = testing::lstm("forward");
  Request request{{}, {"h"}, {"U.i", "W.f", "b.f", "state.c"}};
  Function gradient = differentiate(module.forward, module.dims, request);
  std::vector<Instr> scans = all_of(gradient, Op::scan);
  ASSERT_EQ(scans.size(), 2u);
  ir::ScanParts forward(scans[0]), adjoint(scans[1]);
  EXPECT_EQ(names(forward.body.results()),
            (std::vector<std::string>{"h", "c", "tc", "o", "g", "i", "f", "h", "c"}));
  EXPECT_EQ(adjoint.attr.direction, ir::Direction::backward);
  EXPECT_EQ(all_of(gradient, Op::shift).size(), 2u);
  // Cotangents of h and c, and the three weights asked for: no others add up.
  EXPECT_EQ(adjoint.attr.carries, 5u);
  EXPECT_EQ(adjoint.attr.outs, 0u);
}

TEST(Scans, AccumulatorsAddOneTermAfterTheOther) {
  // The pass `lift` knows them by this form.
  ir::Module module = testing::lstm("forward");
  Function gradient = differentiate(module.forward, module.dims, {{}, {"h"}, {"U.i"}});
  const std::vector<Instr> scans = all_of(gradient, Op::scan);
  ir::ScanParts adjoint(scans.at(1));
  const Instr* sum = adjoint.body.producer(adjoint.next(2));
  ASSERT_EQ(sum->op, Op::add);
  EXPECT_EQ(sum->operands[0], adjoint.carry_params[2]);
  const Instr* term = adjoint.body.producer(sum->operands[1]);
  EXPECT_EQ(term->op, Op::contract);
}

TEST(Scans, WhatIsFreeOrTheSameAtEachStepIsNotStored) {
  ir::Module module = small(R"(
    %x = input x : f32[T,B,H]  %g = param g : f32[H]  %h0 = const 0 : f32[B,H]
    %h, %hT = scan forward T each(%x) with(%g) carry(%h0) : f32[T,B,H], f32[B,H] {
      (%x : f32[B,H], %g : f32[H], %h1 : f32[B,H])
      %e = exp %g : f32[H]  %eB = broadcast %e : f32[B,H]  %two = const 2 : f32[B,H]
      %sum = reduce sum %x over {H} : f32[B]  %mean = broadcast %sum : f32[B,H]
      %a = mul %h1, %eB : f32[B,H]  %b = mul %a, %mean : f32[B,H]  %h = mul %b, %two : f32[B,H]
      yield(h = %h) next(h = %h)
    }
    return h = %h)");
  Function gradient = differentiate(module.forward, module.dims, {{}, {"h"}, {"x", "g"}});
  const std::vector<Instr> scans = all_of(gradient, Op::scan);
  ir::ScanParts forward(scans.at(0));
  // a and the sum; neither e, nor its copies, nor those of the sum.
  EXPECT_EQ(names(forward.body.results()), (std::vector<std::string>{"h", "sum", "a", "h"}));
}

TEST(Scans, AFirstValueOfZeroNeedsNoFlip) {
  for (const char* first : {"const 0", "const 1"}) {
    ir::Module module = small(std::string("%x = input x : f32[T,B,H]  %h0 = ") + first + R"( : f32[B,H]
      %h, %hT = scan backward T each(%x) with() carry(%h0) : f32[T,B,H], f32[B,H] {
        (%x : f32[B,H], %h1 : f32[B,H])
        %h = mul %h1, %x : f32[B,H]
        yield(h = %h) next(h = %h)
      }
      return h = %h)");
    Function gradient = differentiate(module.forward, module.dims, {{}, {"h"}, {"x"}});
    bool zero = first == std::string("const 0");
    EXPECT_EQ(all_of(gradient, Op::flip).size(), zero ? 0u : 2u) << first;
    EXPECT_EQ(std::get<ir::ShiftAttr>(all_of(gradient, Op::shift).at(0).attributes).by, zero ? -1 : 1)
        << first;
  }
}

// ---------------------------------------------------------------- guards

Function gradient_of_everything(ir::Module module) {
  Request request;
  for (const ir::NamedResult& result : module.forward.results()) request.given.push_back(result.name);
  for (const ir::NamedType& param : ir::params_of(module.forward))
    request.with_respect_to.push_back(param.name);
  for (const ir::NamedType& input : ir::inputs_of(module.forward))
    request.with_respect_to.push_back(input.name);
  return differentiate(module.forward, module.dims, request);
}

TEST(Guards, CostGatesNothing) {
  EXPECT_EQ(count(gradient_of_everything(testing::lstm("forward")), Op::equal), 0u);
  EXPECT_EQ(count(gradient_of_everything(testing::gru("backward")), Op::equal), 0u);
}

TEST(Guards, CostSoftmaxNothing) {
  EXPECT_EQ(count(gradient_of_everything(testing::attention()), Op::equal), 0u);
}

TEST(Guards, CostLayerNormNothing) {
  Function gradient =
      gradient_of_everything(small(R"(%x = input x : f32[B,H]  %third = const 0.3333333 : f32[B]
    %sum = reduce sum %x over {H} : f32[B]  %m = mul %sum, %third : f32[B]  %mH = broadcast %m : f32[B,H]
    %d = sub %x, %mH : f32[B,H]  %dd = mul %d, %d : f32[B,H]  %v = reduce sum %dd over {H} : f32[B]
    %eps = const 1e-5 : f32[B]  %ve = add %v, %eps : f32[B]  %s = sqrt %ve : f32[B]  %sH = broadcast %s : f32[B,H]
    %y = div %d, %sH : f32[B,H]  return y = %y)"));
  EXPECT_EQ(count(gradient, Op::equal), 0u);
}

TEST(Guards, StandWhereAStateMayBeInfinite) {
  ir::Module module = testing::lstm("forward");
  Request request{{}, {"h"}, {"U.f"}, {"state.c"}};
  EXPECT_GT(count(differentiate(module.forward, module.dims, request), Op::equal), 0u);
}

TEST(Guards, StandWhereADivisorMayBeZero) {
  Function gradient = gradient_of_everything(
      small("%a = param a : f32[H]  %b = param b : f32[H]  %y = div %a, %b : f32[H]  return y = %y"));
  EXPECT_EQ(count(gradient, Op::equal), 2u);
}

}  // namespace
}  // namespace rnnc::autodiff
