#include "compiler/driver/flow_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "compiler/driver/table.h"

namespace rnnc::driver {

namespace {

constexpr int64_t kDistances[] = {10, 50, 100, 200};

std::string number(double value) { return std::isnan(value) ? "-" : fmt::format("{:.3e}", value); }

// Beside other models, of which model something is.
std::string of(const ModelFlows& models, const ModelFlow& model, const std::string& what) {
  return models.size() == 1 ? what : model.label + ": " + what;
}

// Calls `visit(model, state)` for each.
template <class Visit>
void each_state(const ModelFlows& models, Visit visit) {
  for (const ModelFlow& model : models) {
    for (const StateFlow& state : model.flow.states) visit(model, state);
  }
}

int64_t longest_of(const ModelFlows& models) {
  int64_t steps = 0;
  each_state(models,
             [&](const ModelFlow&, const StateFlow& state) { steps = std::max(steps, state.longest()); });
  return steps;
}

// The greatest t at which the state has a value.
int64_t last_of(const StateFlow& state) { return state.longest() + (state.backwards ? 1 : 0); }

// 0 or `first`, then every so many, and the last.
std::vector<int64_t> thinned(int64_t first, int64_t last, int64_t every) {
  std::vector<int64_t> kept;
  for (int64_t t = first; t <= last; ++t) {
    if (t % every == 0 || t == last) kept.push_back(t);
  }
  return kept;
}

// What one column of the table of Jacobians shows.
struct JacobianColumn {
  std::string head;
  const StepNorms* norms;  // none: the model cannot run step by step
};

std::vector<JacobianColumn> jacobian_columns(const ModelFlows& models) {
  std::vector<JacobianColumn> columns;
  for (const ModelFlow& model : models) {
    if (!model.jacobians) continue;
    if (!model.jacobians->refusal.empty()) columns.push_back({model.label, nullptr});
    for (const LayerJacobian& layer : model.jacobians->layers) {
      const std::string name = layer.layer.empty() ? model.model : layer.layer;
      columns.push_back({of(models, model, name), &layer.joined});
      for (size_t i = 0; i < layer.alone.size(); ++i)
        columns.push_back({of(models, model, layer.states[i]), &layer.alone[i]});
    }
  }
  return columns;
}

// The mean over the sequences that have a step t, the first being 1.
double mean_of_step(const StepNorms& norms, int64_t t) {
  double sum = 0;
  size_t count = 0;
  for (const std::vector<double>& sequence : norms) {
    if (static_cast<size_t>(t) > sequence.size()) continue;
    sum += sequence[static_cast<size_t>(t) - 1];
    ++count;
  }
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
}

int64_t longest_of(const StepNorms& norms) {
  size_t steps = 0;
  for (const std::vector<double>& sequence : norms) steps = std::max(steps, sequence.size());
  return static_cast<int64_t>(steps);
}

// The number itself of one element, else the norm.
double size_of(const std::vector<double>& elements) {
  if (elements.size() == 1) return elements[0];
  double squares = 0;
  for (double element : elements) squares += element * element;
  return std::sqrt(squares);
}

std::string value_name(const StateFlow& state) {
  return state.elements == 1 ? state.path : fmt::format("‖{}‖", state.path);
}
std::string gradient_name(const StateFlow& state) {
  const std::string name = fmt::format("∂E/∂{}_0", state.path);
  return state.elements == 1 ? name : fmt::format("‖{}‖", name);
}

// The sequences in the order of the input's values.
std::vector<size_t> by_value(const std::vector<double>& over) {
  std::vector<size_t> order(over.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t i) { return over[i]; });
  return order;
}

nlohmann::ordered_json to_json(const StateFlow& state) {
  nlohmann::ordered_json json = {
      {"path", state.path}, {"backwards", state.backwards}, {"elements", state.elements}};
  json["norms"] = nlohmann::ordered_json::array();
  for (int64_t t = state.backwards ? 1 : 0; t <= last_of(state); ++t) json["norms"].push_back(state.at(t));
  json["first_t"] = state.backwards ? 1 : 0;
  json["last_step"] = state.before_end(0);
  for (int64_t distance : kDistances) {
    if (distance <= state.longest()) json["distance"][std::to_string(distance)] = state.before_end(distance);
  }
  json["first_over_last"] = state.after(0) / state.before_end(0);
  return json;
}

// To the digits that a singular value is good for.
StepNorms rounded(StepNorms norms) {
  for (std::vector<double>& sequence : norms) {
    for (double& norm : sequence) norm = std::strtod(fmt::format("{:.7g}", norm).c_str(), nullptr);
  }
  return norms;
}

nlohmann::ordered_json to_json(const StepJacobians& jacobians) {
  if (!jacobians.refusal.empty()) return {{"refused", jacobians.refusal}};
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  for (const LayerJacobian& layer : jacobians.layers) {
    nlohmann::ordered_json one = {
        {"layer", layer.layer}, {"states", layer.states}, {"norms", rounded(layer.joined)}};
    for (size_t i = 0; i < layer.alone.size(); ++i) one["alone"][layer.states[i]] = rounded(layer.alone[i]);
    layers.push_back(std::move(one));
  }
  return layers;
}

}  // namespace

void label(ModelFlows& models) {
  auto alike = [&](const std::string& label) { return std::ranges::count(models, label, &ModelFlow::label); };
  for (ModelFlow& model : models) model.label = model.model;
  std::vector<std::string> labels;
  for (const ModelFlow& model : models)
    labels.push_back(alike(model.label) > 1 ? fmt::format("{} of {}", model.model, model.spec) : model.label);
  for (size_t i = 0; i < models.size(); ++i) {
    const auto before = std::count(labels.begin(), labels.begin() + static_cast<ptrdiff_t>(i), labels[i]);
    models[i].label = before == 0 ? labels[i] : fmt::format("{} ({})", labels[i], before + 1);
  }
}

std::string heads_of(const ModelFlows& models) {
  std::string text;
  for (const ModelFlow& model : models) {
    const StateFlow& state = model.flow.states.front();
    text += fmt::format("{}: E is {}, {:.5g}; {} sequences of at most {} steps\n", model.label,
                        to_text(model.objective), model.flow.objective, state.norms.size(),
                        longest_of(ModelFlows{model}));
  }
  return text;
}

std::string time_table(const ModelFlows& models, int64_t every) {
  std::vector<std::string> head = {"t"};
  int64_t last = 0;
  each_state(models, [&](const ModelFlow& model, const StateFlow& state) {
    head.push_back(of(models, model, state.path));
    last = std::max(last, last_of(state));
  });
  Table table;
  for (int64_t t : thinned(0, last, every)) {
    std::vector<std::string> row = {std::to_string(t)};
    each_state(models, [&](const ModelFlow&, const StateFlow& state) { row.push_back(number(state.at(t))); });
    table.add(std::move(row));
  }
  return table.text(head);
}

std::string distance_table(const ModelFlows& models) {
  std::vector<std::string> head = {"state", "last step"};
  const int64_t longest = longest_of(models);
  for (int64_t distance : kDistances) {
    if (distance <= longest) head.push_back(fmt::format("{} before", distance));
  }
  head.emplace_back("first / last");
  Table table;
  each_state(models, [&](const ModelFlow& model, const StateFlow& state) {
    std::vector<std::string> row = {of(models, model, state.path), number(state.before_end(0))};
    for (int64_t distance : kDistances) {
      if (distance <= longest) row.push_back(number(state.before_end(distance)));
    }
    row.push_back(number(state.after(0) / state.before_end(0)));
    table.add(std::move(row));
  });
  return table.text(head);
}

std::string jacobian_table(const ModelFlows& models, int64_t every) {
  std::vector<std::string> head = {"t"};
  int64_t last = 0;
  const std::vector<JacobianColumn> columns = jacobian_columns(models);
  for (const JacobianColumn& column : columns) {
    head.push_back(column.head);
    if (column.norms != nullptr) last = std::max(last, longest_of(*column.norms));
  }
  Table table;
  for (int64_t t : thinned(1, last, every)) {
    std::vector<std::string> row = {std::to_string(t)};
    for (const JacobianColumn& column : columns)
      row.push_back(column.norms == nullptr ? "-" : number(mean_of_step(*column.norms, t)));
    table.add(std::move(row));
  }
  return table.text(head);
}

std::string jacobian_summary(const ModelFlows& models) {
  Table table;
  for (const JacobianColumn& column : jacobian_columns(models)) {
    if (column.norms == nullptr) {
      table.add({column.head, "-", "-", "-"});
      continue;
    }
    std::vector<double> means;
    for (int64_t t = 1; t <= longest_of(*column.norms); ++t) means.push_back(mean_of_step(*column.norms, t));
    if (means.empty()) continue;
    const auto [least, most] = std::ranges::minmax(means);
    const double sum = std::accumulate(means.begin(), means.end(), 0.0);
    table.add({column.head, number(sum / static_cast<double>(means.size())), number(least), number(most)});
  }
  return table.text({"step of", "mean", "least", "most"});
}

formats::Chart time_chart(const ModelFlows& models) {
  formats::Chart chart;
  chart.title = models.size() == 1 ? models[0].label + ": gradient through time" : "Gradient through time";
  chart.x_label = "step t";
  chart.y_label = "norm of ∂E/∂s_t";
  chart.y_scale = formats::Scale::kLogarithmic;
  each_state(models, [&](const ModelFlow& model, const StateFlow& state) {
    formats::Series series{of(models, model, state.path), {}};
    for (int64_t t = 0; t <= last_of(state); ++t)
      series.points.push_back({static_cast<double>(t), state.at(t)});
    chart.series.push_back(std::move(series));
  });
  return chart;
}

std::string over_table(const ModelFlows& models, const std::string& input) {
  std::string text;
  for (const ModelFlow& model : models) {
    std::vector<std::string> head = {input};
    for (const StateFlow& state : model.flow.states) {
      head.push_back(of(models, model, value_name(state)));
      head.push_back(gradient_name(state));
    }
    Table table;
    for (size_t i : by_value(model.over)) {
      std::vector<std::string> row = {fmt::format("{:.6g}", model.over[i])};
      for (const StateFlow& state : model.flow.states) {
        row.push_back(fmt::format("{:.6g}", size_of(state.last[i])));
        row.push_back(fmt::format("{:.6g}", size_of(state.by_first[i])));
      }
      table.add(std::move(row));
    }
    text += table.text(head);
  }
  return text;
}

formats::Chart over_chart(const ModelFlows& models, const std::string& input) {
  formats::Chart chart;
  chart.title = models.size() == 1
                    ? fmt::format("{}: last state and gradient over {}", models[0].label, input)
                    : "Last state and gradient over " + input;
  chart.x_label = input;
  each_state(models, [&](const ModelFlow& model, const StateFlow& state) {
    formats::Series value{of(models, model, value_name(state) + " after the last step"), {}};
    formats::Series gradient{of(models, model, gradient_name(state)), {}};
    for (size_t i : by_value(model.over)) {
      value.points.push_back({model.over[i], size_of(state.last[i])});
      gradient.points.push_back({model.over[i], size_of(state.by_first[i])});
    }
    chart.series.push_back(std::move(value));
    chart.series.push_back(std::move(gradient));
  });
  return chart;
}

nlohmann::ordered_json to_json(const ModelFlows& models) {
  nlohmann::ordered_json json = {{"models", nlohmann::ordered_json::array()}};
  for (const ModelFlow& model : models) {
    nlohmann::ordered_json one = {{"label", model.label},
                                  {"model", model.model},
                                  {"spec", model.spec},
                                  {"objective", to_text(model.objective)},
                                  {"value", model.flow.objective},
                                  {"sequences", model.flow.states.front().norms.size()}};
    for (const StateFlow& state : model.flow.states) {
      one["states"].push_back(to_json(state));
      if (model.over.empty()) continue;
      one["states"].back()["last"] = state.last;
      one["states"].back()["by_first_value"] = state.by_first;
    }
    if (!model.over.empty()) one["over"] = model.over;
    if (model.jacobians) one["jacobians"] = to_json(*model.jacobians);
    json["models"].push_back(std::move(one));
  }
  return json;
}

}  // namespace rnnc::driver
