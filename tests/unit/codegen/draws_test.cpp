// Draws are those of the interpreter, bit for bit where they are whole numbers or fractions of 2^24.
#include <gtest/gtest.h>

#include "tests/support/ir_text.h"
#include "tests/support/machine_code.h"

namespace rnnc::testing {
namespace {

interp::Arguments keyed(int64_t batch) {
  interp::Arguments arguments;
  arguments.batch = batch;
  arguments.steps["T"] = 5;
  arguments.keys = {0x123456789ABCDEF, 7, 11, {}, {}};
  for (int64_t b = 0; b < batch; ++b) {
    arguments.keys.sequence.push_back(1000000007ull * static_cast<uint64_t>(b + 1));
    arguments.keys.first_t.push_back(static_cast<uint64_t>(b) << 33);
  }
  return arguments;
}

class DrawsTest : public ::testing::TestWithParam<int> {
 protected:
  void compare(const std::string& distribution, const std::string& per, const std::string& type,
               double tolerance) {
    SCOPED_TRACE(distribution + " " + per + " " + type);
    ir::Module module =
        forward_of("dim H = 19 dim D = 2 batch B time T",
                   "%y = random " + distribution + " site 5 per " + per + " : " + type + "  return y = %y");
    backend::Target target = backend::native_target();
    target.machine.lanes = GetParam();
    auto plan = schedule::plan_zero(module.forward, module.dims, target.machine);
    auto compiled = backend::compile(*plan, target);
    ASSERT_TRUE(compiled);
    for (int64_t batch : {1, 7, 65}) {
      for (interp::Arguments arguments : {keyed(batch), interp::Arguments{.params = {},
                                                                          .inputs = {},
                                                                          .keys = {3, 4, 5, {}, {}},
                                                                          .batch = batch,
                                                                          .steps = {{"T", 3}}}}) {
        auto expected = interp::interpret(module.forward, module.dims, arguments);
        ASSERT_TRUE(expected);
        Call got = call(*plan, compiled->function(), compiled->scratch_function(), arguments);
        EXPECT_EQ(difference(*expected, got.results, tolerance), "");
      }
    }
  }
};

TEST_P(DrawsTest, UniformIsEqualBitForBit) {
  compare("uniform", "step", "f32[T,B,H]", 0);
  compare("uniform", "step", "f32[B,H]", 0);
  compare("uniform", "step", "f32[T,B]", 0);
  compare("uniform", "step", "f32[H,B,D,T]", 0);
  compare("uniform", "sequence", "f32[B,H]", 0);
  compare("uniform", "parameter", "f32[H,D]", 0);
}

TEST_P(DrawsTest, BernoulliIsEqual) {
  for (const char* p : {"0", "1", "0.5", "0.8"})
    compare(std::string("bernoulli ") + p, "step", "bool[T,B,H]", 0);
  compare("bernoulli 0.25", "sequence", "bool[D,B]", 0);
}

TEST_P(DrawsTest, NormalIsClose) {
  compare("normal", "step", "f32[T,B,H]", 1e-6);
  compare("normal", "parameter", "f32[H]", 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Lanes, DrawsTest, ::testing::Values(4, 8, 16));

}  // namespace
}  // namespace rnnc::testing
