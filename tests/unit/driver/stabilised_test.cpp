// xLSTM's cells as the paper defines them (Beck et al., 2024, equations 8 to 18 and 19 to 27) and in the form
// that cannot overflow are the same function, whichever gate forgets.
#include <gtest/gtest.h>

#include <cmath>

#include "compiler/driver/data.h"
#include "compiler/driver/run_inputs.h"
#include "tests/unit/driver/model.h"

namespace rnnc::driver {
namespace {

// Outputs over six steps, under weights that depend on the gate and the place in it alone.
std::vector<double> outputs_of(const std::string& layer, const std::string& before,
                               const std::string& after) {
  SpecModel spec("model M { input x: seq [3]  y = x |> " + layer + " |> flatten  output y }", {});
  auto compiled = compile(spec.model, {});
  EXPECT_TRUE(static_cast<bool>(compiled));
  Values weights;
  for (const sema::Parameter& parameter : sema::parameters(*spec.model)) {
    std::string gate = parameter.path;
    for (const std::string& part : {before, after}) {
      if (const size_t at = gate.find(part); !part.empty() && at != std::string::npos)
        gate.erase(at, part.size());
    }
    double seed = 0;
    for (const char c : gate) seed = seed * 31 + c;
    size_t count = 1;
    for (const int64_t extent : parameter.shape) count *= static_cast<size_t>(extent);
    for (size_t i = 0; i < count; ++i)
      weights[parameter.path].push_back(std::sin(seed + 0.7 * static_cast<double>(i + 1)));
  }
  std::vector<double> x(2 * 6 * 3);
  for (size_t i = 0; i < x.size(); ++i) x[i] = std::cos(1.3 * static_cast<double>(i));
  const std::vector<formats::Tensor> data = {formats::make_tensor("x", {2, 6, 3}, x)};
  auto given = arguments_from(data, *compiled, compiled->module.forward, {}, "data");
  EXPECT_TRUE(static_cast<bool>(given));
  given->params = to_params(*spec.model, weights);
  return interp::interpret(compiled->module.forward, compiled->module.dims, *given)->at("y").values;
}

void expect_same(const std::vector<double>& have, const std::vector<double>& want) {
  ASSERT_EQ(have.size(), want.size());
  double largest = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(have[i], want[i], 1e-12) << i;
    largest = std::max(largest, std::abs(want[i]));
  }
  EXPECT_GT(largest, 0.01);
}

TEST(Stabilised, SlstmForgetsBySigmoid) {
  expect_same(outputs_of("sLSTM[2, 3]", "y.sLSTM.", "_raw"),
              outputs_of("sLSTM_plain[2, 3]", "y.sLSTM_plain.a_", ""));
}

TEST(Stabilised, SlstmForgetsByExp) {
  const auto by_exp = outputs_of("sLSTM[2, 3, identity]", "y.sLSTM.", "_raw");
  expect_same(by_exp, outputs_of("sLSTM_plain[2, 3, exp]", "y.sLSTM_plain.a_", ""));
  EXPECT_NE(by_exp, outputs_of("sLSTM[2, 3]", "y.sLSTM.", "_raw"));
}

TEST(Stabilised, MlstmForgetsBySigmoid) {
  expect_same(outputs_of("mLSTM[2, 3]", "y.mLSTM.", "_raw"),
              outputs_of("mLSTM_plain[2, 3]", "y.mLSTM_plain.", ""));
}

}  // namespace
}  // namespace rnnc::driver
