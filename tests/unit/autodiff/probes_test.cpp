// Probes leave a function as it is, and the gradients by them are slopes by the states.
#include "compiler/autodiff/probes.h"

#include <gtest/gtest.h>

#include "tests/support/central_differences.h"
#include "tests/support/ir_text.h"

namespace rnnc::autodiff {
namespace {

constexpr const char* kDims = "  batch B\n  time T\n  dim H = 3\n";

bool all(const std::string&) { return true; }

std::vector<std::string> inputs_by_name(const ir::Function& function) {
  std::vector<std::string> names;
  for (const ir::NamedType& input : ir::inputs_of(function)) names.push_back(input.name);
  return names;
}

// With ragged sequences, one of them without steps.
interp::Arguments arguments_for(const ir::Module& module, const ir::Function& function) {
  return testing::random_arguments(function, module.dims, {4, {{"T", {5, 2, 0, 4}}}});
}

// Verified, and with probes of zeros the same bits as without.
Probed probed_alike(const ir::Module& module) {
  Probed probed = with_probes(module.forward, module.dims, all);
  const auto status = ir::verify(probed.function, module.dims);
  EXPECT_TRUE(static_cast<bool>(status)) << status.error().message << ir::print(probed.function, module.dims);
  interp::Arguments arguments = arguments_for(module, probed.function);
  for (const Probe& probe : probed.probes) {
    for (const char* prefix : {"probe.", "first."}) {
      for (double& element : arguments.inputs.at(prefix + probe.path).values) element = 0;
    }
  }
  const auto plain = interp::interpret(module.forward, module.dims, arguments);
  const auto with = interp::interpret(probed.function, module.dims, arguments);
  EXPECT_EQ(*plain, *with);
  return probed;
}

std::string slopes_differ(const ir::Module& module, const Probed& probed) {
  Request request;
  request.given = {"y"};
  for (const Probe& probe : probed.probes) {
    request.with_respect_to.push_back("probe." + probe.path);
    request.with_respect_to.push_back("first." + probe.path);
  }
  return testing::CentralDifferences(probed.function, module.dims, arguments_for(module, probed.function),
                                     request)
      .check();
}

ir::Module two_states(const std::string& x) {
  return testing::forward_of(kDims, R"(
  %x0 = input x : f32[T,B,H]
  %x1 = flip %x0 along T : f32[T,B,H]
  %a0 = input a0 : f32[B,H]
  %b0 = input b0 : f32[B,H]
  %y, %a, %b = scan forward T each()" + x +
                                        R"() with() carry(%a0, %b0) : f32[T,B,H], f32[B,H], f32[B,H] {
    (%x : f32[B,H], %a1 : f32[B,H], %b1 : f32[B,H])
    %0 = mul %a1, %b1 : f32[B,H]
    %1 = add %0, %x : f32[B,H]
    %a = tanh %1 : f32[B,H]
    %2 = mul %a, %b1 : f32[B,H]
    %b = sin %2 : f32[B,H]
    %y = mul %a, %b : f32[B,H]
    yield(y = %y) next(a = %a, b = %b)
  }
  return y = %y, last = %a)");
}

TEST(Probes, MoveStatesAheadAndBack) {
  for (const char* x : {"%x0", "%x1"}) {
    const ir::Module module = two_states(x);
    const Probed probed = probed_alike(module);
    ASSERT_EQ(probed.probes.size(), 2u);
    EXPECT_EQ(probed.probes[0].path, "a");
    EXPECT_EQ(probed.probes[1].path, "b");
    EXPECT_EQ(probed.probes[0].backwards, std::string(x) == "%x1");
    EXPECT_EQ(slopes_differ(module, probed), "");
  }
}

// What the last step makes of a state reaches no later step: its slope is that of the output of this step
// alone. Of the backward scan that step is the first of the sequence.
TEST(Probes, AreInTheOrderOfTheSequence) {
  const ir::Module module = two_states("%x1");
  const Probed probed = with_probes(module.forward, module.dims, all);
  interp::Arguments arguments = arguments_for(module, probed.function);
  auto result = [&] { return interp::interpret(probed.function, module.dims, arguments)->at("y").values; };
  const std::vector<double> before = result();
  const auto row = [](size_t t, size_t b) { return (t * 4 + b) * 3; };
  arguments.inputs.at("probe.b").values[row(0, 0)] += 0.5;  // of sequence 0 step 1
  const std::vector<double> after = result();
  for (size_t t = 0; t < 5; ++t) EXPECT_EQ(before[row(t, 0)] != after[row(t, 0)], t == 4) << t;
}

TEST(Probes, OfAStateThatIsHandedOn) {
  const ir::Module module = testing::forward_of(kDims, R"(
  %x = input x : f32[T,B,H]
  %a0 = input a0 : f32[B,H]
  %b0 = input b0 : f32[B,H]
  %y, %a, %b = scan forward T each(%x) with() carry(%a0, %b0) : f32[T,B,H], f32[B,H], f32[B,H] {
    (%x : f32[B,H], %a1 : f32[B,H], %b1 : f32[B,H])
    %0 = mul %a1, %b1 : f32[B,H]
    %1 = add %0, %x : f32[B,H]
    %a = tanh %1 : f32[B,H]
    yield(y = %a) next(a = %a, b = %a1)
  }
  return y = %y)");
  const Probed probed = probed_alike(module);
  EXPECT_EQ(slopes_differ(module, probed), "");
  // The step itself reads a of the step before, not b: only the next step's product sees the probe.
  interp::Arguments arguments = arguments_for(module, probed.function);
  auto result = [&] { return interp::interpret(probed.function, module.dims, arguments)->at("y").values; };
  const std::vector<double> before = result();
  arguments.inputs.at("probe.b").values[0] += 0.5;
  const std::vector<double> after = result();
  EXPECT_EQ(before[0], after[0]);
  EXPECT_NE(before[12], after[12]);
}

TEST(Probes, AreOfThoseThatAreWanted) {
  const ir::Module module = two_states("%x0");
  const Probed probed =
      with_probes(module.forward, module.dims, [](const std::string& path) { return path == "b"; });
  EXPECT_EQ(inputs_by_name(probed.function),
            (std::vector<std::string>{"x", "a0", "b0", "probe.b", "first.b"}));
}

}  // namespace
}  // namespace rnnc::autodiff
