// The IR that small specs become.
#include <gtest/gtest.h>

#include "compiler/ir/text.h"
#include "tests/support/spec.h"

namespace rnnc::irgen {
namespace {

std::string forward_of(const std::string& text, const std::string& name,
                       const testing::NamedSizes& sizes = {}, Options options = {}) {
  testing::Spec spec(text);
  ir::Module module = spec.generate(name, sizes, options).module;
  return "\n" + ir::print(module.forward, module.dims);
}

std::string steps_of(const std::string& text, const std::string& name,
                     const testing::NamedSizes& sizes = {}) {
  testing::Spec spec(text);
  ir::Module module = spec.generate(name, sizes).module;
  return "\n" + ir::print(*module.begin, module.dims) + ir::print(*module.step, module.dims);
}

TEST(IrText, ACellAloneIsAScan) {
  EXPECT_EQ(
      forward_of("cell A[H] { input x: [X]  state h: [H]  h = tanh(linear(x, h[t-1]))  output h }", "A"), R"(
func @forward {
  %x = input x : f32[T,B,X]
  %state.h = input state.h : f32[B,H]
  %h.W.x = param h.W.x : f32[H,X]
  %h.W.h = param h.W.h : f32[H,H']
  %h.b = param h.b : f32[H]
  %h, %h.last = scan forward T each(%x) with(%h.W.x, %h.W.h, %h.b) carry(%state.h) : f32[T,B,H], f32[B,H] {
    (%x : f32[B,X], %h.W.x : f32[H,X], %h.W.h : f32[H,H'], %h.b : f32[H], %h : f32[B,H])
    %0 = contract %h.W.x, %x over {X} : f32[B,H]
    %1 = view %h : f32[B,H']
    %2 = contract %h.W.h, %1 over {H'} : f32[B,H]
    %3 = add %0, %2 : f32[B,H]
    %4 = broadcast %h.b : f32[B,H]
    %5 = add %3, %4 : f32[B,H]
    %h_2 = tanh %5 : f32[B,H]
    yield(h = %h_2) next(h = %h_2)
  }
  %lengths.T = input lengths.T : i32[B]
  return h = %h, state.h = %h.last
}
)");
}

TEST(IrText, FunctionsAndLayersWithoutStateStandWhereTheyAre) {
  EXPECT_EQ(
      forward_of("model M { input x: seq [X]  y: [X] = relu(linear(layernorm(x))) + x  output y }", "M"), R"(
func @forward {
  %x = input x : f32[T,B,X]
  %y.layernorm.gain = param y.layernorm.gain : f32[X]
  %y.layernorm.bias = param y.layernorm.bias : f32[X]
  %0 = reduce sum %x over {X} : f32[T,B]
  %1 = const 2 : f32[T,B]
  %2 = div %0, %1 : f32[T,B]
  %3 = broadcast %2 : f32[T,B,X]
  %y.layernorm.d = sub %x, %3 : f32[T,B,X]
  %4 = broadcast %y.layernorm.gain : f32[T,B,X]
  %5 = mul %4, %y.layernorm.d : f32[T,B,X]
  %6 = mul %y.layernorm.d, %y.layernorm.d : f32[T,B,X]
  %7 = reduce sum %6 over {X} : f32[T,B]
  %8 = const 2 : f32[T,B]
  %9 = div %7, %8 : f32[T,B]
  %10 = const 1e-05 : f32[T,B]
  %11 = add %9, %10 : f32[T,B]
  %12 = sqrt %11 : f32[T,B]
  %13 = broadcast %12 : f32[T,B,X]
  %14 = div %5, %13 : f32[T,B,X]
  %15 = broadcast %y.layernorm.bias : f32[T,B,X]
  %y.layernorm.y = add %14, %15 : f32[T,B,X]
  %y.W.1 = param y.W.1 : f32[X,X']
  %16 = view %y.layernorm.y : f32[T,B,X']
  %17 = contract %y.W.1, %16 over {X'} : f32[T,B,X]
  %y.b = param y.b : f32[X]
  %18 = broadcast %y.b : f32[T,B,X]
  %19 = add %17, %18 : f32[T,B,X]
  %20 = const 0 : f32[T,B,X]
  %21 = max %20, %19 : f32[T,B,X]
  %y = add %21, %x : f32[T,B,X]
  %lengths.T = input lengths.T : i32[B]
  return y = %y
}
)");
}

TEST(IrText, ADelayOfKIsAChainOfCarriesOrAShift) {
  EXPECT_EQ(forward_of(R"(
cell D { input x: [X]  output y = x - x[t-2] }
model M { input x: seq [X]  y = D(x) * x[t-2]  output y })",
                       "M"),
            R"(
func @forward {
  %state.x.1 = input state.x.1 : f32[B,X]
  %state.x.2 = input state.x.2 : f32[B,X]
  %x = input x : f32[T,B,X]
  %state.y.D.x.1 = input state.y.D.x.1 : f32[B,X]
  %state.y.D.x.2 = input state.y.D.x.2 : f32[B,X]
  %y.D.y, %y.D.x.1.last, %y.D.x.2.last = scan forward T @y.D each(%x) with() carry(%state.y.D.x.1, %state.y.D.x.2) : f32[T,B,X], f32[B,X], f32[B,X] {
    (%x : f32[B,X], %y.D.x.1 : f32[B,X], %y.D.x.2 : f32[B,X])
    %y.D.y = sub %x, %y.D.x.2 : f32[B,X]
    yield(y = %y.D.y) next(y.D.x.1 = %x, y.D.x.2 = %y.D.x.1)
  }
  %0 = shift %x, %state.x.1, %state.x.2 along T by 2 : f32[T,B,X]
  %y = mul %y.D.y, %0 : f32[T,B,X]
  %lengths.T = input lengths.T : i32[B]
  %1 = const 1 : i32[B]
  %2 = less %lengths.T, %1 : bool[B]
  %3 = const 1 : i32[B]
  %4 = sub %lengths.T, %3 : i32[B]
  %5 = gather %x, %4 along T : f32[B,X]
  %6 = broadcast %2 : bool[B,X]
  %7 = select %6, %state.x.1, %5 : f32[B,X]
  %8 = shift %x, %state.x.1 along T by 1 : f32[T,B,X]
  %9 = const 1 : i32[B]
  %10 = sub %lengths.T, %9 : i32[B]
  %11 = gather %8, %10 along T : f32[B,X]
  %12 = broadcast %2 : bool[B,X]
  %13 = select %12, %state.x.2, %11 : f32[B,X]
  return y = %y, state.x.1 = %7, state.x.2 = %13, state.y.D.x.1 = %y.D.x.1.last, state.y.D.x.2 = %y.D.x.2.last
}
)");
}

TEST(IrText, WhatComesBeforeTheFirstStep) {
  EXPECT_EQ(steps_of(R"(
cell A { input x, z: [H]  state h: [H]  h = x + z + h[t-1]  output h }
model M[H] { input z: [H]  target w: seq [H]
  s = z * 2
  y = A(w[t-1], z, h = s)
  loss mse(y, w) })",
                     "M"),
            R"(
func @begin {
  %z = input z : f32[B,H]
  %0 = const 2 : f32[B,H]
  %s = mul %z, %0 : f32[B,H]
  %1 = const 0 : f32[B,H]
  return held.z = %z, state.w.1 = %1, state.y.A.h = %s
}
func @step {
  %w = input w : f32[B,H]
  %held.z = input held.z : f32[B,H]
  %state.y.A.h = input state.y.A.h : f32[B,H]
  %0 = add %w, %held.z : f32[B,H]
  %y.A.h = add %0, %state.y.A.h : f32[B,H]
  return y = %y.A.h, state.w.1 = %w, state.y.A.h = %y.A.h
}
)");
}

TEST(IrText, Draws) {
  EXPECT_EQ(forward_of(R"(
cell R[H] { input x: [H]  state h: [H]  param w: [H]
  h = zoneout[0.1](dropout[0.5](w) * dropout[0.25, per = sequence](h[t-1]) + dropout[0.2](x), h[t-1])  output h }
model M[H] { input x: seq [H]  y = R[H](dropout[0.2](x))  output y })",
                       "M", {}, {.training = true}),
            R"(
func @forward {
  %x = input x : f32[T,B,H]
  %0 = random bernoulli 0.8 site 0 per step : bool[T,B,H]
  %1 = const 1.25 : f32[T,B,H]
  %2 = const 0 : f32[T,B,H]
  %3 = select %0, %1, %2 : f32[T,B,H]
  %4 = mul %x, %3 : f32[T,B,H]
  %state.y.R.h = input state.y.R.h : f32[B,H]
  %y.R.w = param y.R.w : f32[H]
  %5 = random bernoulli 0.5 site 1 per parameter : bool[H]
  %6 = random bernoulli 0.75 site 2 per sequence : bool[B,H]
  %7 = random bernoulli 0.8 site 3 per step : bool[T,B,H]
  %8 = random bernoulli 0.1 site 4 per step : bool[T,B,H]
  %y.R.h, %y.R.h.last = scan forward T @y.R each(%4, %7, %8) with(%y.R.w, %5, %6) carry(%state.y.R.h) : f32[T,B,H], f32[B,H] {
    (%0 : f32[B,H], %1 : bool[B,H], %2 : bool[B,H], %y.R.w : f32[H], %3 : bool[H], %4 : bool[B,H], %y.R.h : f32[B,H])
    %5 = const 2 : f32[H]
    %6 = const 0 : f32[H]
    %7 = select %3, %5, %6 : f32[H]
    %8 = mul %y.R.w, %7 : f32[H]
    %9 = const 1.3333333333333333 : f32[B,H]
    %10 = const 0 : f32[B,H]
    %11 = select %4, %9, %10 : f32[B,H]
    %12 = mul %y.R.h, %11 : f32[B,H]
    %13 = broadcast %8 : f32[B,H]
    %14 = mul %13, %12 : f32[B,H]
    %15 = const 1.25 : f32[B,H]
    %16 = const 0 : f32[B,H]
    %17 = select %1, %15, %16 : f32[B,H]
    %18 = mul %0, %17 : f32[B,H]
    %19 = add %14, %18 : f32[B,H]
    %y.R.h_2 = select %2, %y.R.h, %19 : f32[B,H]
    yield(h = %y.R.h_2) next(y.R.h = %y.R.h_2)
  }
  %lengths.T = input lengths.T : i32[B]
  return y = %y.R.h, state.y.R.h = %y.R.h.last
}
)");
}

}  // namespace
}  // namespace rnnc::irgen
