// Holds the gradients that differentiate() writes against central differences, both in the double precision
// of the interpreter.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "compiler/autodiff/differentiate.h"
#include "compiler/interp/interpret.h"
#include "compiler/ir/text.h"
#include "compiler/ir/verify.h"
#include "tests/support/random_arguments.h"

namespace rnnc::testing {

struct Differences {
  double step = 1e-4;  // of an element, in either direction; the error of a difference is of its fourth power
  double tolerance = 1e-6;  // relative to the largest element of a gradient
  double floor = 1e-3;      // below which a gradient's largest element does not count as a scale
  size_t most = 50;         // elements of each argument that are looked at, spread evenly
};

class CentralDifferences {
 public:
  // Cotangents "grad.<result>" that the arguments lack are drawn at random.
  CentralDifferences(const ir::Function& function, const ir::DimTable& dims, interp::Arguments arguments,
                     autodiff::Request request, Differences how = {})
      : function_(function),
        dims_(dims),
        arguments_(std::move(arguments)),
        request_(std::move(request)),
        how_(how) {}

  // What is wrong, in a sentence; empty if nothing is.
  std::string check() {
    gradient_ = autodiff::differentiate(function_, dims_, request_);
    if (auto status = ir::verify(gradient_, dims_); !status) {
      return status.error().message + "\n" + ir::print(gradient_, dims_);
    }
    draw_cotangents();
    auto results = interp::interpret(gradient_, dims_, arguments_);
    if (!results) return "gradient: " + results.error().message;
    auto forward = interp::interpret(function_, dims_, arguments_);
    if (!forward) return "forward: " + forward.error().message;
    for (const auto& [name, value] : *forward) {
      if (!same_bits(value, results->at(name))) return fmt::format("result {} is not what it was", name);
    }
    std::string wrong;
    for (const std::string& name : request_.with_respect_to)
      wrong += compare(name, results->at("grad." + name));
    return wrong;
  }

  const ir::Function& gradient() const { return gradient_; }

 private:
  static bool same_bits(const interp::Array& a, const interp::Array& b) {
    auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    return a.shape == b.shape && std::equal(a.values.begin(), a.values.end(), b.values.begin(), same);
  }

  void draw_cotangents() {
    RandomArrays random(7);
    for (const ir::NamedType& input : ir::inputs_of(gradient_)) {
      if (arguments_.inputs.contains(input.name)) continue;
      arguments_.inputs[input.name] =
          random.make(input.type.element, shape_of(input.type, dims_, arguments_));
    }
  }

  // The losses, and each other result times the cotangent that it is given.
  double objective() {
    auto results = interp::interpret(function_, dims_, arguments_);
    RNNC_CHECK(results, results.error().message);
    double sum = 0;
    for (const std::string& name : request_.losses) sum += results->at(name).values[0];
    for (const std::string& name : request_.given) {
      const std::vector<double>& values = results->at(name).values;
      const std::vector<double>& cotangents = arguments_.inputs.at("grad." + name).values;
      for (size_t i = 0; i < values.size(); i++) sum += values[i] * cotangents[i];
    }
    return sum;
  }

  // (8 (f(x + h) − f(x − h)) − (f(x + 2h) − f(x − 2h))) / 12h
  double slope(double& element) {
    const double middle = element;
    auto at = [&](double offset) {
      element = middle + offset * how_.step;
      return objective();
    };
    double slope = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * how_.step);
    element = middle;
    return slope;
  }

  std::string compare(const std::string& name, const interp::Array& gradient) {
    auto param = arguments_.params.find(name);
    interp::Array& argument = param != arguments_.params.end() ? param->second : arguments_.inputs.at(name);
    if (gradient.shape != argument.shape) return fmt::format("grad.{} has not the shape of {}\n", name, name);
    const size_t size = argument.values.size(), stride = size / how_.most + 1;
    std::map<size_t, double> slopes;
    double scale = how_.floor;
    for (double element : gradient.values) scale = std::max(scale, std::abs(element));
    for (size_t i = 0; i < size; i += stride) {
      slopes[i] = slope(argument.values[i]);
      scale = std::max(scale, std::abs(slopes[i]));
    }
    std::string wrong;
    for (auto [i, expected] : slopes) {
      bool close = std::abs(expected - gradient.values[i]) <= how_.tolerance * scale;
      if (!close) wrong += fmt::format("grad.{}[{}] is {}, not {}\n", name, i, gradient.values[i], expected);
    }
    return wrong;
  }

  const ir::Function& function_;
  ir::DimTable dims_;
  interp::Arguments arguments_;
  autodiff::Request request_;
  Differences how_;
  ir::Function gradient_;
};

// The request for everything: all real results, with respect to all real params and inputs. Results called
// "loss" are losses.
inline autodiff::Request request_everything(const ir::Function& function) {
  autodiff::Request request;
  for (const ir::NamedResult& result : function.results()) {
    if (function.type(result.value).element != ir::Element::real) continue;
    (result.name == "loss" ? request.losses : request.given).push_back(result.name);
  }
  for (const auto& leaves : {ir::params_of(function), ir::inputs_of(function)}) {
    for (const ir::NamedType& leaf : leaves) {
      if (leaf.type.element == ir::Element::real) request.with_respect_to.push_back(leaf.name);
    }
  }
  return request;
}

}  // namespace rnnc::testing
