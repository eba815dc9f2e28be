// A spec as text, instantiated.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "compiler/driver/spec.h"
#include "compiler/sema/check.h"

namespace rnnc::driver {

struct SpecModel {
  SpecModel(const std::string& text, const std::map<std::string, int64_t>& sizes)
      : spec(load_text("spec.rnn", text, ".")) {
    EXPECT_TRUE(spec.good());
    if (spec.good()) model = sema::instantiate(spec.program, *spec.program.own.back(), sizes, spec.sink);
    EXPECT_NE(model, nullptr);
  }
  Spec spec;
  std::shared_ptr<const sema::Model> model;
};

}  // namespace rnnc::driver
