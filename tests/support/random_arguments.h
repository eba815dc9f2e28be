// Arguments for any function of the IR: small reals of both signs, indices that partly lie outside, ragged
// lengths.
#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "compiler/interp/interpret.h"
#include "compiler/ir/function.h"
#include "compiler/support/check.h"

namespace rnnc::testing {

struct Sizes {
  int64_t batch = 3;
  std::map<std::string, std::vector<int64_t>> lengths = {};  // by time dim, one for each sequence
};

inline std::vector<int64_t> shape_of(const ir::Type& type, const ir::DimTable& dims,
                                     const interp::Arguments& arguments) {
  std::vector<int64_t> shape;
  for (ir::DimId id : type.dims) {
    switch (dims[id].kind) {
      case ir::DimKind::constant:
        shape.push_back(dims[id].size);
        break;
      case ir::DimKind::batch:
        shape.push_back(arguments.batch);
        break;
      case ir::DimKind::time:
        shape.push_back(arguments.steps.at(dims[id].name));
        break;
    }
  }
  return shape;
}

class RandomArrays {
 public:
  explicit RandomArrays(uint32_t seed) : engine_(seed) {}

  // Reals in [-1, 1], whole numbers from -1 to 5, or booleans.
  interp::Array make(ir::Element element, std::vector<int64_t> shape) {
    interp::Array array{element, std::move(shape), {}};
    int64_t elements = 1;
    for (int64_t size : array.shape) elements *= size;
    for (int64_t i = 0; i < elements; i++) array.values.push_back(number(element));
    return array;
  }

 private:
  double number(ir::Element element) {
    switch (element) {
      case ir::Element::real:
        return std::uniform_real_distribution<double>(-1, 1)(engine_);
      case ir::Element::i32:
        return std::uniform_int_distribution<int>(-1, 5)(engine_);
      case ir::Element::boolean:
        return std::uniform_int_distribution<int>(0, 1)(engine_);
    }
    RNNC_UNREACHABLE("an element of no kind");
  }

  std::mt19937 engine_;
};

// Everything that the function takes. Each time has one step more than its longest sequence.
inline interp::Arguments random_arguments(const ir::Function& function, const ir::DimTable& dims,
                                          const Sizes& sizes, uint32_t seed = 1) {
  RandomArrays random(seed);
  interp::Arguments arguments;
  arguments.batch = sizes.batch;
  for (const auto& [time, lengths] : sizes.lengths) {
    int64_t longest = 0;
    interp::Array array{ir::Element::i32, {sizes.batch}, {}};
    for (int64_t length : lengths) {
      longest = std::max(longest, length);
      array.values.push_back(static_cast<double>(length));
    }
    arguments.steps[time] = longest + 1;
    arguments.inputs["lengths." + time] = std::move(array);
  }
  auto fill = [&](const std::vector<ir::NamedType>& wanted, std::map<std::string, interp::Array>& arrays) {
    for (const ir::NamedType& leaf : wanted) {
      if (arrays.contains(leaf.name)) continue;
      arrays[leaf.name] = random.make(leaf.type.element, shape_of(leaf.type, dims, arguments));
    }
  };
  fill(ir::params_of(function), arguments.params);
  fill(ir::inputs_of(function), arguments.inputs);
  return arguments;
}

}  // namespace rnnc::testing
