// Every cell of the standard library, from its text, against central differences. A new cell is tested as
// soon as it is written.
#include <gtest/gtest.h>

#include "tests/support/central_differences.h"
#include "tests/support/spec.h"

namespace rnnc::testing {
namespace {

const NamedSizes kLibrarySizes = {{"H", 3}, {"X", 3}, {"N", 2}, {"D", 4}, {"V", 6}, {"K", 3}};

// The gradient of outputs and last states with respect to parameters, inputs and what is in the State.
std::string check(const ir::Module& module, interp::Arguments arguments, bool at_the_beginning) {
  autodiff::Request request = request_everything(module.forward);
  arguments.inputs["sequence.begins"] = {ir::Element::boolean, {arguments.batch}, {}};
  arguments.inputs["sequence.begins"].values.resize(static_cast<size_t>(arguments.batch), at_the_beginning);
  for (const ir::StateEntry& entry : module.state) {
    const std::string name = "state." + entry.path;
    if (std::isinf(entry.first)) request.infinite.push_back(name);
    if (!at_the_beginning) continue;
    for (double& value : arguments.inputs.at(name).values) value = entry.first;
    if (!std::isinf(entry.first)) continue;
    // Of a sequence without steps it is so in the end, too: no differences are to be had.
    std::erase(request.with_respect_to, name);
    std::erase(request.given, name);
  }
  return CentralDifferences(module.forward, module.dims, std::move(arguments), request).check();
}

TEST(Library, GradientsOfEveryCell) {
  Spec library = Spec::of_library();
  int cells = 0;
  for (const ast::Body* cell : library.bodies()) {
    SCOPED_TRACE(cell->name.text);
    const ir::Module module = library.generate(*cell, kLibrarySizes).module;
    const Sizes sizes{3, {{"T", {3, 1, 0}}}};
    interp::Arguments arguments = random_arguments(module.forward, module.dims, sizes);
    EXPECT_EQ(check(module, arguments, true), "") << "at the beginning";
    EXPECT_EQ(check(module, arguments, false), "") << "further on";
    ++cells;
  }
  EXPECT_GE(cells, 20);
}

}  // namespace
}  // namespace rnnc::testing
