// What neither ops alone nor cells reach: sums over the sequences within a step, carries that belong to all
// of them, results that are nothing but arguments, gradients of anything.
#include <gtest/gtest.h>

#include "compiler/autodiff/differentiate.h"
#include "tests/conformance/engines.h"
#include "tests/support/central_differences.h"
#include "tests/support/ir_text.h"
#include "tests/support/random_ir.h"

namespace rnnc::testing {
namespace {

const Sizes kCornerSizes[] = {
    {4, {{"T", {3, 5, 1, 0}}, {"S", {2, 0, 4, 1}}}},
    {1, {{"T", {2}}, {"S", {3}}}},
    {0, {{"T", {}}, {"S", {}}}},
    {2, {{"T", {0, 0}}, {"S", {0, 0}}}},
    {3, {{"T", {4, 4, 4}}, {"S", {2, 2, 2}}}},
};

class CornerConformance : public ::testing::TestWithParam<Engine> {
 protected:
  void compare(const std::string& instructions) {
    SCOPED_TRACE(instructions);
    ir::Module module =
        forward_of("dim H = 3 dim K = 3 dim V = 4 batch B time T time S",
                   "%nT = input lengths.T : i32[B]  %nS = input lengths.S : i32[B]  " + instructions);
    compare(module.forward, module.dims);
  }
  void compare(const ir::Function& function, const ir::DimTable& dims, double tolerance = 2e-5) {
    Compiled compiled(function, dims, GetParam());
    ASSERT_EQ(compiled.wrong(), "");
    for (const Sizes& sizes : kCornerSizes) {
      for (bool full : {false, true}) {
        interp::Arguments arguments = random_arguments(function, dims, sizes);
        if (full) drop_last_step(arguments, function, dims);
        arguments.keys = {7, 8, 9, {}, {}};
        expect_same(compiled, function, dims, rounded(arguments), tolerance);
      }
    }
  }

 private:
  // Arguments with no step that no sequence has.
  static void drop_last_step(interp::Arguments& arguments, const ir::Function& function,
                             const ir::DimTable& dims) {
    for (auto& [time, steps] : arguments.steps) steps = std::max<int64_t>(steps - 1, 0);
    RandomArrays random(3);
    for (const ir::NamedType& input : ir::inputs_of(function)) {
      if (input.name.rfind("lengths.", 0) == 0) continue;
      arguments.inputs[input.name] = random.make(input.type.element, shape_of(input.type, dims, arguments));
    }
  }
};

TEST_P(CornerConformance, SumsOverTheSequencesThatRunAStep) {
  for (const char* direction : {"forward", "backward"}) {
    for (const char* reduction : {"sum", "max", "min"}) {
      compare(fmt::format(
          R"(%x = input x : f32[T,B,H]  %w = input w : f32[B,H]  %h0 = input h0 : f32[B,H]  %s0 = param s0 : f32[H]
        %out, %h, %s = scan {} T each(%x) with(%w) carry(%h0, %s0) : f32[T,B,H], f32[B,H], f32[H] {{
          (%xt : f32[B,H], %w : f32[B,H], %h1 : f32[B,H], %s1 : f32[H])
          %e = exp %xt : f32[B,H]  %a = reduce {} %e over {{B}} : f32[H]  %b = reduce {} %w over {{B}} : f32[H]
          %c = reduce {} %h1 over {{B,H}} : f32[]  %cc = broadcast %c : f32[H]  %ab = add %a, %b : f32[H]  %abc = add %ab, %cc : f32[H]
          %one = const 1 : f32[B,H]  %n = reduce sum %one over {{B}} : f32[H]
          %d = add %abc, %n : f32[H]  %t = tanh %d : f32[H]  %s2 = add %s1, %t : f32[H]
          %tb = broadcast %t : f32[B,H]  %h2 = mul %tb, %xt : f32[B,H]
          yield(out = %h2) next(h = %h2, s = %s2)
        }}  return out = %out, h = %h, s = %s)",
          direction, reduction, reduction, reduction));
    }
  }
}

TEST_P(CornerConformance, AddsUpWhatBelongsToAllSequencesInScansWithinScans) {
  compare(
      R"(%x = input x : f32[T,B,H]  %z = input z : f32[S,B,H]  %i = input i : i32[T,B]  %s0 = param s0 : f32[H]  %v0 = param v0 : f32[V,H]
    %o, %s, %v = scan forward T each(%x, %i) with(%z) carry(%s0, %v0) : f32[T,S,B,H], f32[H], f32[V,H] {
      (%xt : f32[B,H], %it : i32[B], %z : f32[S,B,H], %s1 : f32[H], %v1 : f32[V,H])
      %oz, %s2 = scan backward S each(%z) with(%xt) carry(%s1) : f32[S,B,H], f32[H] {
        (%zt : f32[B,H], %xt : f32[B,H], %r1 : f32[H])
        %p = mul %zt, %xt : f32[B,H]  %q = reduce sum %p over {B} : f32[H]  %t = tanh %r1 : f32[H]
        %m = reduce max %zt over {B} : f32[H]  %qm = add %q, %m : f32[H]
        %r2 = add %t, %qm : f32[H]  %rb = broadcast %r2 : f32[B,H]  %y = sub %p, %rb : f32[B,H]
        yield(y = %y) next(r = %r2)
      }
      %u = scatter_add %xt, %it along V : f32[V,H]  %v2 = add %v1, %u : f32[V,H]
      yield(o = %oz) next(s = %s2, v = %v2)
    }  return o = %o, s = %s, v = %v)");
}

TEST_P(CornerConformance, RepeatsValuesAlongTimesWithEnds) {
  compare(R"(%x = input x : f32[B,H]  %b = broadcast %x : f32[T,B,H]  %one = const 2 : f32[T,B]
    %i = iota T : i32[T]  %ib = broadcast %i : i32[T,B]  %rb = cast %ib : f32[T,B]
    %p = reduce sum %b over {T} : f32[B,H]  %q = reduce sum %one over {T,B} : f32[]  %m = reduce max %rb over {T} : f32[B]
    %n = reduce min %b over {T,H} : f32[B]  %c = contract %b, %rb over {T} : f32[B,H]  %f = flip %b along T : f32[T,B,H]
    %s = shift %b along T by -1 : f32[T,B,H]  %d = contract %b, %b over {T,B} : f32[H]  %k = view %b : f32[T,B,K]
    %g = contract %b, %k over {T,B} : f32[H,K]  %last = input last : i32[B]  %at = gather %b, %last along T : f32[B,H]
    %index = input index : i32[T,B]  %sc = scatter_add %b, %index along V : f32[V,H]
    return p = %p, q = %q, m = %m, n = %n, c = %c, f = %f, s = %s, d = %d, g = %g, at = %at, sc = %sc)");
}

TEST_P(CornerConformance, ReturnsArgumentsAndConstantsAndOneValueTwice) {
  compare(
      R"(%x = input x : f32[T,B,H]  %p = param p : f32[H]  %c = const [1, 2, 3] : f32[H]  %n = const 7 : i32[B]
    %t = const 1 : bool[T,B]  %i = iota H : i32[H]  %y = neg %x : f32[T,B,H]  %b = broadcast %p : f32[T,B,H]
    %v = view %y : f32[T,B,K]  %d = detach %x : f32[T,B,H]  %q = input q : bool[T,B]
    return x = %x, p = %p, c = %c, n = %n, t = %t, i = %i, y = %y, z = %y, b = %b, v = %v, d = %d, nT = %nT, q = %q)");
}

TEST_P(CornerConformance, CarriesDelaysAndTurnsAround) {
  compare(R"(%x = input x : f32[T,B,H]  %h0 = input h0 : f32[B,H]  %i = iota T : i32[T]
    %o, %p, %a, %b, %c = scan backward T each(%x, %i) with() carry(%h0, %h0, %h0) : f32[T,B,H], f32[T,B], f32[B,H], f32[B,H], f32[B,H] {
      (%xt : f32[B,H], %t : i32[], %a1 : f32[B,H], %b1 : f32[B,H], %c1 : f32[B,H])
      %r = cast %t : f32[]  %rb = broadcast %r : f32[B]  %s = sub %c1, %xt : f32[B,H]
      yield(o = %s, p = %rb) next(a = %xt, b = %a1, c = %b1)
    }  return o = %o, p = %p, a = %a, b = %b, c = %c)");
  compare(R"(%x = input x : f32[T,B,H]  %h0 = input h0 : f32[B,H]
    %o, %a, %b = scan forward T each(%x) with() carry(%h0, %h0) : f32[T,B,H], f32[B,H], f32[B,H] {
      (%xt : f32[B,H], %a1 : f32[B,H], %b1 : f32[B,H])
      yield(o = %b1) next(a = %b1, b = %a1)
    }  return o = %o, a = %a, b = %b)");
}

TEST_P(CornerConformance, AddsWholeNumbersThatWrapAround) {
  compare(R"(%x = input x : i32[T,B,H]  %big = const 2147483647 : i32[T,B,H]  %y = add %x, %big : i32[T,B,H]
    %z = mul %y, %big : i32[T,B,H]  %s = reduce sum %z over {T,B} : i32[H]  %m = reduce max %x over {B,T} : i32[H]
    %n = reduce min %x over {H} : i32[T,B]  %a = abs %y : i32[T,B,H]  %g = neg %y : i32[T,B,H]
    %r = input r : f32[B,H]  %k = const 4294967296 : f32[B,H]  %l = mul %r, %k : f32[B,H]  %w = cast %l : i32[B,H]
    %o = cast %r : bool[B,H]  %u = cast %o : i32[B,H]  %e = equal %x, %y : bool[T,B,H]  %el = less %x, %z : bool[T,B,H]
    return y = %y, z = %z, s = %s, m = %m, n = %n, a = %a, g = %g, w = %w, o = %o, u = %u, e = %e, el = %el)");
}

// Steps past all ends and sequences without steps add zeros to sums, and change no order.
TEST_P(CornerConformance, SumsHaveTheSameBitsBesidePadding) {
  ir::Module module = forward_of("dim H = 19 dim K = 21 batch B time T", R"(
    %n = input lengths.T : i32[B]  %x = input x : f32[T,B,H]  %y = input y : f32[T,B,K]  %s = exp %x : f32[T,B,H]
    %w = contract %s, %y over {T,B} : f32[H,K]  %b = reduce sum %s over {T,B} : f32[H]
    %l = reduce sum %s over {T,B,H} : f32[]  %r = reduce sum %s over {H} : f32[T,B]  %q = reduce sum %r over {T,B} : f32[]
    return w = %w, b = %b, l = %l, q = %q)");
  Compiled compiled(module.forward, module.dims, GetParam(), Runs::always);
  ASSERT_EQ(compiled.wrong(), "");
  const std::vector<int64_t> lengths = {11, 4, 7, 13, 2};
  auto results = [&](int64_t steps, int64_t batch) {
    interp::Arguments arguments;
    arguments.batch = batch;
    arguments.steps["T"] = steps;
    interp::Array& counts = arguments.inputs["lengths.T"];
    counts = {ir::Element::i32, {batch}, std::vector<double>(static_cast<size_t>(batch), 0)};
    std::copy(lengths.begin(), lengths.end(), counts.values.begin());
    for (auto [name, width] : {std::pair{"x", 19}, {"y", 21}}) {
      interp::Array& array = arguments.inputs[name];
      array = {ir::Element::real, {steps, batch, width}, {}};
      for (int64_t i = 0; i < steps * batch * width; ++i) {
        int64_t t = i / (batch * width), b = i / width % batch, h = i % width;
        array.values.push_back(static_cast<float>(std::sin(double(t * 31 + b * 7 + h))));
      }
    }
    return compiled.run(arguments).results;
  };
  EXPECT_EQ(results(13, 5), results(20, 5));
  EXPECT_EQ(results(13, 5), results(13, 8));
  EXPECT_EQ(results(13, 5), results(17, 30));
}

TEST_P(CornerConformance, HoldsForGradientsOfRandomFunctions) {
  const uint64_t seeds = GetParam().from_object ? 3 : 10;
  for (uint64_t seed = 100; seed < 100 + seeds; ++seed) {
    SCOPED_TRACE(seed);
    ir::Module module = random_module(seed, 12);
    Sizes sizes{3, {{"T", {3, 1, 0}}, {"T.source", {2, 0, 4}}}};
    interp::Arguments any = random_arguments(module.forward, module.dims, sizes);
    ir::Function forward = with_lengths(module.forward, module.dims, any);
    ir::Function gradient = autodiff::differentiate(forward, module.dims, request_everything(forward));
    Compiled compiled(gradient, module.dims, GetParam());
    ASSERT_EQ(compiled.wrong(), "");
    interp::Arguments arguments = random_arguments(gradient, module.dims, sizes);
    arguments.keys = {7, 8, 9, {}, {}};
    expect_same(compiled, gradient, module.dims, rounded(arguments), 2e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(All, CornerConformance, ::testing::ValuesIn(engines()), name_of);

}  // namespace
}  // namespace rnnc::testing
