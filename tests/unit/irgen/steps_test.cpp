// `begin` and then `step` again and again compute what `forward` computes.
#include <gtest/gtest.h>

#include "tests/support/programs.h"
#include "tests/unit/irgen/steps.h"

namespace rnnc::irgen {
namespace {

TEST(Steps, EqualForward) {
  int stepped = 0;
  testing::for_each_program([&](const std::string&, testing::Spec& spec, const ast::Body& body) {
    ModelRun model(spec, body, testing::small_sizes());
    EXPECT_EQ(model.module().step.has_value(), model.no_step().empty());
    EXPECT_EQ(model.module().step.has_value(), model.module().begin.has_value());
    if (!model.module().step) return;
    ++stepped;
    expect_steps_equal_forward(model);
  });
  EXPECT_GE(stepped, 50);
}

}  // namespace
}  // namespace rnnc::irgen
