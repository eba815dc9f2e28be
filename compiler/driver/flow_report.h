// What `gradflow` found, as tables, JSON and pictures; several models beside each other.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/driver/flow.h"
#include "compiler/driver/step_jacobian.h"
#include "runtime/formats/curve.h"

namespace rnnc::driver {

struct ModelFlow {
  std::string label;  // in tables and pictures; no two models have the same
  std::string model, spec;
  Objective objective;
  Flow flow;
  std::optional<StepJacobians> jacobians;
  std::vector<double> over;  // the value of the input of --over, by sequence; else empty
};
using ModelFlows = std::vector<ModelFlow>;

// A label for each: its model, and where several have the same one also its spec, and if need be its number.
void label(ModelFlows& models);

// A line for each model: what E is, and on how much data.
std::string heads_of(const ModelFlows& models);
// The norms by step, every so many steps and the last; then by distance from the end, and what the first is
// of the last.
std::string time_table(const ModelFlows& models, int64_t every);
std::string distance_table(const ModelFlows& models);
std::string jacobian_table(const ModelFlows& models, int64_t every);
std::string jacobian_summary(const ModelFlows& models);
formats::Chart time_chart(const ModelFlows& models);

// Over the values of an input: the last state and the gradient by the first value. Of a state of one element
// the number itself, else its norm.
std::string over_table(const ModelFlows& models, const std::string& input);
formats::Chart over_chart(const ModelFlows& models, const std::string& input);

nlohmann::ordered_json to_json(const ModelFlows& models);

}  // namespace rnnc::driver
