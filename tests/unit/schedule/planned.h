// Plans of a few lines of IR.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "compiler/schedule/plan_function.h"
#include "compiler/schedule/verify_plan.h"
#include "tests/gradients/cells.h"

namespace rnnc::schedule {

constexpr Machine kPlannedFor{8, 16, true, true, true};

// What plan_function() makes of it, verified.
inline Plan planned(const std::string& dims, const std::string& body, const Choices& choices = {}) {
  ir::Module module = testing::forward_of(dims, body);
  auto plan = plan_function(module.forward, module.dims, kPlannedFor, choices);
  EXPECT_TRUE(plan) << plan.error().message;
  auto status = verify(*plan);
  EXPECT_TRUE(status) << status.error().message;
  return *plan;
}

}  // namespace rnnc::schedule
