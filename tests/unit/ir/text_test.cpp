// The text form: what it looks like, and that nothing is lost in it.
#include "compiler/ir/text.h"

#include <gtest/gtest.h>

#include <limits>

#include "compiler/ir/builder.h"
#include "tests/support/ir_text.h"
#include "tests/support/random_ir.h"

namespace rnnc::ir {
namespace {

using rnnc::testing::anonymous;
using rnnc::testing::module_of;
using rnnc::testing::random_module;

// One instruction of each form, as the printer writes it.
constexpr const char* kEverything = R"(module "all ops" {
  batch B
  time T
  time T.source
  dim H = 3
  dim H' = 3
  dim "2*H" = 6
  dim V = 5
  state h : f32[B,H] first -inf
  state c : f32[B,H] first 0 param c0 given
  func @forward {
    %x = input x : f32[T,B,H]
    %lengths.T = input lengths.T : i32[B]
    %words = input words : i32[T,B]
    %state.h = input state.h : f32[B,H]
    %c0 = param c0 : f32[H]
    %W = param "a W" : f32[V,H]
    %0 = const 0.1 : f32[B,H]
    %1 = const [1, -0, nan] : f32[H]
    %2 = iota T : i32[T]
    %3 = random bernoulli 0.8 site 3 per step : bool[T,B,H]
    %4 = random normal site 4 per parameter : f32[V,H]
    %5 = tanh %x : f32[T,B,H]
    %6 = cast %words : f32[T,B]
    %7 = add %x, %5 : f32[T,B,H]
    %8 = select %3, %x, %7 : f32[T,B,H]
    %9 = contract %W, %x over {H} : f32[T,B,V]
    %10 = contract %x, %6 over {T,B} : f32[H]
    %11 = reduce max %x over {T,H} : f32[B]
    %12 = broadcast %1 : f32[H,B]
    %13 = view %x : f32[T,B,H']
    %14 = concat %x, %13 along "2*H" : f32[T,B,"2*H"]
    %15 = slice %14 from "2*H" to H at 3 : f32[T,B,H]
    %16 = pad %0 from H to "2*H" at 1 : f32[B,"2*H"]
    %17 = gather %W, %words along V : f32[T,B,H]
    %18 = scatter_add %17, %words along V : f32[V,H]
    %19 = shift %x, %0 along T by 1 : f32[T,B,H]
    %20 = flip %x along T : f32[T,B,H]
    %21 = prefix sum backward %x, %0 along T : f32[T,B,H]
    %22 = prefix affine max_plus forward %x, %21, %0 along T : f32[T,B,H]
    %y, %h.last = scan backward T @cell each(%x) with(%c0) carry(%0) : f32[T,B,H], f32[B,H] {
      (%x : f32[B,H], %c : f32[H], %h : f32[B,H])
      %0 = broadcast %c : f32[B,H]
      %h_2 = add %h, %0 : f32[B,H]
      %1 = scan forward T.source each() with() carry(%h_2) : f32[B,H] {
        (%h : f32[B,H])
        yield() next(h = %h)
      }
      yield(y = %x) next(h = %1)
    }
    return y = %y, "the last" = %h.last, state.h = %0, state.c = %0
  }
  func @g as gradient {
  }
  func @begin {
  }
  func @step {
  }
}
)";

TEST(Text, PrintsWhatItReadsForEveryForm) {
  auto module = read(kEverything);
  ASSERT_TRUE(module) << module.error().message;
  EXPECT_EQ(print(*module), kEverything);
}

TEST(Text, UsesEveryAttributeInThatModule) {
  Module module = *read(kEverything);
  std::vector<bool> seen(std::variant_size_v<Attributes>, false);
  for (const Instr& instr : module.forward.instrs()) seen[instr.attributes.index()] = true;
  EXPECT_EQ(std::count(seen.begin(), seen.end(), false), 0);
}

TEST(Text, PrintsOneInstructionWithoutItsBody) {
  Module module = *read(kEverything);
  InstrId last{static_cast<uint32_t>(module.forward.instrs().size() - 1)};
  EXPECT_EQ(print(module.forward, last, module.dims),
            "%y, %h.last = scan backward T @cell each(%x) with(%c0) carry(%0) : f32[T,B,H], f32[B,H]");
}

TEST(Text, MakesNamesUnique) {
  DimTable dims;
  Function function("f");
  Builder build(dims, function);
  for (const char* name : {"h", "h", "h_2", "", "h", "two words", "7"}) {
    function.set_name(build.constant(1, {Element::real, {}}), name);
  }
  EXPECT_EQ(print(function, dims), R"(func @f {
  %h = const 1 : f32[]
  %h_2 = const 1 : f32[]
  %h_2_2 = const 1 : f32[]
  %0 = const 1 : f32[]
  %h_3 = const 1 : f32[]
  %1 = const 1 : f32[]
  %2 = const 1 : f32[]
}
)");
}

TEST(Text, KeepsEveryBitOfANumber) {
  const double numbers[] = {0.1,
                            -0.0,
                            1.0 / 3,
                            std::numeric_limits<double>::infinity(),
                            -std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::quiet_NaN(),
                            std::numeric_limits<double>::denorm_min(),
                            std::numeric_limits<double>::max(),
                            1e-300,
                            123456789012345678.0};
  for (double number : numbers) {
    Module module;
    module.forward = Function("forward");
    Builder(module.dims, module.forward).constant(number, {Element::real, {}});
    auto again = read(print(module));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, module) << number;
  }
}

TEST(Text, KeepsNamesOfAnyBytes) {
  std::string name = "a \"quoted\" \\ name\n\t\x01\x7f, ĥ";
  Module module;
  module.name = name;
  DimId dim = module.dims.add(DimKind::constant, name, 2);
  module.forward = Function(name);
  Builder(module.dims, module.forward).param(name, {Element::real, {dim}});
  module.forward.add_result(name, ValueId{0});
  auto again = read(print(module));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(anonymous(*again), anonymous(module));
}

TEST(Text, IgnoresComments) {
  EXPECT_TRUE(read("# a module\nmodule m { # its dims\n batch B func @forward { } }"));
}

TEST(Text, KeepsRandomModules) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Module module = random_module(seed);
    auto status = verify(module);
    ASSERT_TRUE(status) << status.error().message;
    std::string text = print(module);
    auto again = read(text);
    ASSERT_TRUE(again) << again.error().message << "\n" << text;
    ASSERT_EQ(print(*again), text);
    ASSERT_EQ(anonymous(*again), anonymous(module)) << text;
  }
}

TEST(Text, MeetsEveryOpInRandomModules) {
  std::vector<bool> seen(all_ops().size(), false);
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Module module = random_module(seed);
    for (const Instr& instr : module.forward.instrs()) seen[static_cast<size_t>(instr.op)] = true;
  }
  for (const OpInfo& op : all_ops()) EXPECT_TRUE(seen[static_cast<size_t>(op.op)]) << op.text;
}

}  // namespace
}  // namespace rnnc::ir
