// Models run by the interpreter: over all steps, over windows, step by step.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/interp/interpret.h"
#include "tests/support/random_arguments.h"
#include "tests/support/spec.h"

namespace rnnc::irgen {

using interp::Array;
using Arrays = std::map<std::string, Array>;
using Lengths = std::map<std::string, std::vector<int64_t>>;  // by time dim

inline Array filled(ir::Element element, std::vector<int64_t> shape, double value) {
  int64_t elements = 1;
  for (int64_t size : shape) elements *= size;
  return {element, std::move(shape), std::vector<double>(static_cast<size_t>(elements), value)};
}

// The places begin, ..., begin + count - 1 along an axis.
inline Array part(const Array& array, size_t axis, int64_t begin, int64_t count) {
  int64_t outer = 1, inner = 1;
  for (size_t i = 0; i < array.shape.size(); ++i) {
    if (i < axis) outer *= array.shape[i];
    if (i > axis) inner *= array.shape[i];
  }
  Array result{array.element, array.shape, {}};
  result.shape[axis] = count;
  for (int64_t o = 0; o < outer; ++o) {
    auto first = array.values.begin() + (o * array.shape[axis] + begin) * inner;
    result.values.insert(result.values.end(), first, first + count * inner);
  }
  return result;
}

inline Array without(Array array, size_t axis) {
  array.shape.erase(array.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  return array;
}

// The largest difference relative to the numbers' size; infinite where shapes or kinds differ.
inline double difference(const Array& a, const Array& b) {
  if (a.shape != b.shape || a.element != b.element) return INFINITY;
  double most = 0;
  for (size_t i = 0; i < a.values.size(); ++i) {
    double x = a.values[i], y = b.values[i];
    if (x == y || (std::isnan(x) && std::isnan(y))) continue;
    most = std::max(most, std::abs(x - y) / std::max({1.0, std::abs(x), std::abs(y)}));
  }
  return most;
}

inline constexpr double kEqual = 1e-12;

class ModelRun {
 public:
  ModelRun(testing::Spec& spec, const ast::Body& body, const testing::NamedSizes& sizes, Options options = {})
      : generated_(spec.generate(body, sizes, options)) {
    const auto model = spec.model(body, sizes);
    for (const sema::InputDecl& input : model->body->inputs) {
      if (input.target) targets_.insert(input.name);
    }
  }

  const ir::Module& module() const { return generated_.module; }
  // The same model after rewrites.
  void replace(ir::Module module) { generated_.module = std::move(module); }
  const std::string& no_step() const { return generated_.no_step; }
  std::vector<std::string> times() const {
    std::vector<std::string> names;
    for (uint32_t i = 0; i < module().dims.size(); ++i) {
      const ir::Dim& dim = module().dims[ir::DimId{i}];
      if (dim.kind == ir::DimKind::time) names.push_back(dim.name);
    }
    return names;
  }

  // At the beginning of its sequences. Each time has one step more than the longest of them.
  interp::Arguments random(const Lengths& lengths, int64_t batch, uint32_t seed = 1) const {
    interp::Arguments arguments =
        testing::random_arguments(module().forward, module().dims, {batch, lengths}, seed);
    for (const ir::StateEntry& entry : module().state) {
      auto shape = testing::shape_of(entry.type, module().dims, arguments);
      arguments.inputs["state." + entry.path] = filled(entry.type.element, shape, entry.first);
    }
    arguments.inputs["sequence.begins"] = filled(ir::Element::boolean, {batch}, 1);
    return arguments;
  }

  Arrays run(const ir::Function& function, const interp::Arguments& arguments) const {
    auto results = interp::interpret(function, module().dims, arguments);
    EXPECT_TRUE(results) << results.error().message;
    return results ? *results : Arrays{};
  }
  Arrays forward(const interp::Arguments& arguments) const { return run(module().forward, arguments); }

  // Where an input, or a result, of the forward function has a time or the batch; -1: nowhere.
  int axis(const ir::Type& type, ir::DimKind kind) const {
    for (size_t i = 0; i < type.dims.size(); ++i) {
      if (module().dims[type.dims[i]].kind == kind) return static_cast<int>(i);
    }
    return -1;
  }
  ir::Type input_type(const std::string& name) const {
    for (const ir::NamedType& input : ir::inputs_of(module().forward)) {
      if (input.name == name) return input.type;
    }
    return {};
  }
  ir::Type result_type(const std::string& name) const {
    return module().forward.type(module().forward.result(name));
  }
  bool is_target(const std::string& name) const { return targets_.contains(name); }

  static bool is_state(const std::string& name) { return name.starts_with("state."); }
  static bool is_loss(const std::string& name) { return name == "loss" || name.starts_with("loss."); }

 private:
  Generated generated_;
  std::set<std::string> targets_;
};

inline ModelRun model_of(testing::Spec& spec, const std::string& name, const testing::NamedSizes& sizes = {},
                         Options options = {}) {
  return ModelRun(spec, spec.body(name), sizes, options);
}

inline Array reals(std::vector<int64_t> shape, std::vector<double> values) {
  return {ir::Element::real, std::move(shape), std::move(values)};
}
inline Array tokens(std::vector<int64_t> shape, std::vector<double> values) {
  return {ir::Element::i32, std::move(shape), std::move(values)};
}

}  // namespace rnnc::irgen
