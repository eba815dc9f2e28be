// The loss of every model of tests/programs against central differences, at a few elements of each parameter.
#include "tests/support/programs.h"

#include <gtest/gtest.h>

#include "tests/support/central_differences.h"

namespace rnnc::testing {
namespace {

Sizes ragged(const ir::Module& module) {
  Sizes sizes;
  for (uint32_t i = 0; i < module.dims.size(); ++i) {
    const ir::Dim& dim = module.dims[ir::DimId{i}];
    if (dim.kind == ir::DimKind::time) sizes.lengths[dim.name] = {3, 1, 0};
  }
  return sizes;
}

TEST(Programs, GradientsOfLosses) {
  int losses = 0;
  for_each_program([&](const std::string&, Spec& spec, const ast::Body& body) {
    const ir::Module module = spec.generate(body, small_sizes()).module;
    if (!module.forward.result("loss").valid()) return;
    ++losses;
    interp::Arguments arguments = random_arguments(module.forward, module.dims, ragged(module));
    autodiff::Request request;
    request.losses = {"loss"};
    for (const ir::StateEntry& entry : module.state) {
      interp::Array& state = arguments.inputs.at("state." + entry.path);
      std::fill(state.values.begin(), state.values.end(), entry.first);
      if (std::isinf(entry.first)) request.infinite.push_back("state." + entry.path);
    }
    for (const ir::NamedType& param : ir::params_of(module.forward)) {
      request.with_respect_to.push_back(param.name);
    }
    EXPECT_EQ(CentralDifferences(module.forward, module.dims, arguments, request, {.most = 2}).check(), "");
  });
  EXPECT_GE(losses, 25);
}

// Dropout at each step, once a sequence and of parameters, and zoneout: the draws depend on keys alone, which
// stay as they are, so that what is left is a function with slopes.
TEST(Programs, GradientsUnderFixedDraws) {
  int drawing = 0;
  for_each_program([&](const std::string&, Spec& spec, const ast::Body& body) {
    const ir::Module module = spec.generate(body, small_sizes(), {.training = true}).module;
    if (module.forward == spec.generate(body, small_sizes()).module.forward) return;
    ++drawing;
    interp::Arguments arguments = random_arguments(module.forward, module.dims, ragged(module));
    arguments.keys.seed = 7;
    arguments.keys.epoch = 3;
    autodiff::Request request = request_everything(module.forward);
    EXPECT_EQ(CentralDifferences(module.forward, module.dims, arguments, request, {.most = 3}).check(), "")
        << body.name.text;
  });
  EXPECT_GE(drawing, 5);
}

}  // namespace
}  // namespace rnnc::testing
