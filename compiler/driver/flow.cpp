#include "compiler/driver/flow.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/driver/part.h"
#include "compiler/support/check.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;
using interp::Array;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Sizes of a batch, by dim.
class Extents {
 public:
  Extents(const ir::DimTable& dims, const interp::Arguments& arguments)
      : dims_(dims), arguments_(arguments) {}

  int64_t operator()(ir::DimId dim) const {
    if (dims_[dim].kind == ir::DimKind::constant) return dims_[dim].size;
    if (dims_[dim].kind == ir::DimKind::batch) return arguments_.batch;
    return arguments_.steps.at(dims_[dim].name);
  }
  Array zeros(const ir::Type& type) const {
    Array array{type.element, {}, {}};
    size_t count = 1;
    for (ir::DimId dim : type.dims) {
      array.shape.push_back((*this)(dim));
      count *= static_cast<size_t>(array.shape.back());
    }
    array.values.resize(count);
    return array;
  }
  int64_t length(ir::DimId time, int64_t sequence) const {
    auto given = arguments_.inputs.find("lengths." + dims_[time].name);
    if (given == arguments_.inputs.end()) return (*this)(time);
    return static_cast<int64_t>(given->second.values[static_cast<size_t>(sequence)]);
  }

 private:
  const ir::DimTable& dims_;
  const interp::Arguments& arguments_;
};

// Ones at the last step of each sequence; of what is no sequence everywhere. An output is [T, B, ...] or [B,
// ...].
Array at_last_steps(const ir::Type& type, const ir::DimTable& dims, const Extents& extents) {
  Array array = extents.zeros(type);
  const ir::DimId time = ir::time_of(type, dims);
  if (!time.valid()) {
    std::ranges::fill(array.values, 1.0);
    return array;
  }
  const int64_t batch = array.shape[1], steps = array.shape[0];
  if (batch * steps == 0) return array;
  const int64_t elements = static_cast<int64_t>(array.values.size()) / (batch * steps);
  for (int64_t b = 0; b < batch; ++b) {
    const int64_t length = extents.length(time, b);
    if (length == 0) continue;
    const auto from = array.values.begin() + ((length - 1) * batch + b) * elements;
    std::fill(from, from + elements, 1.0);
  }
  return array;
}

double norm(const double* values, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; ++i) sum += values[i] * values[i];
  return std::sqrt(sum);
}

// Rows of [B, elements].
std::vector<std::vector<double>> rows_of(const Array& array, int64_t batch, size_t elements) {
  std::vector<std::vector<double>> rows;
  for (int64_t b = 0; b < batch; ++b) {
    const auto from = array.values.begin() + b * static_cast<int64_t>(elements);
    rows.emplace_back(from, from + static_cast<int64_t>(elements));
  }
  return rows;
}

StateFlow flow_of(const autodiff::Probe& probe, const Arrays& results, const Extents& extents,
                  int64_t batch) {
  StateFlow flow{probe.path, probe.backwards, 0, {}, {}, {}};
  const Array& last = results.at("state." + probe.path);
  size_t elements = 1;
  for (size_t i = 1; i < last.shape.size(); ++i) elements *= static_cast<size_t>(last.shape[i]);
  flow.elements = static_cast<int64_t>(elements);
  flow.last = rows_of(last, batch, elements);
  flow.by_first = rows_of(results.at("grad.first." + probe.path), batch, elements);
  const std::vector<double>& gradient = results.at("grad.probe." + probe.path).values;
  for (int64_t b = 0; b < batch; ++b) {
    const int64_t length = extents.length(probe.time, b);
    std::vector<double> norms = {norm(flow.by_first[static_cast<size_t>(b)].data(), elements)};
    for (int64_t step = 0; step < length; ++step) {
      const int64_t t = probe.backwards ? length - 1 - step : step;
      norms.push_back(norm(&gradient[static_cast<size_t>(t * batch + b) * elements], elements));
    }
    flow.norms.push_back(std::move(norms));
  }
  return flow;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return values.empty() ? kNone : sum / static_cast<double>(values.size());
}

// The mean of norms[place(steps of the sequence)], where there is such a place.
template <class Place>
double mean_at(const StateFlow& flow, Place place) {
  std::vector<double> found;
  for (const std::vector<double>& norms : flow.norms) {
    const auto length = static_cast<int64_t>(norms.size()) - 1;
    const int64_t at = place(length);
    if (length > 0 && at >= 0 && at <= length) found.push_back(norms[static_cast<size_t>(at)]);
  }
  return mean(found);
}

}  // namespace

double StateFlow::after(int64_t steps) const {
  return mean_at(*this, [&](int64_t /*length*/) { return steps; });
}

double StateFlow::before_end(int64_t steps) const {
  return mean_at(*this, [&](int64_t length) { return length - steps; });
}

double StateFlow::at(int64_t t) const {
  return mean_at(*this, [&](int64_t length) { return backwards ? length + 1 - t : t; });
}

int64_t StateFlow::longest() const {
  int64_t steps = 0;
  for (const auto& one : norms) steps = std::max(steps, static_cast<int64_t>(one.size()) - 1);
  return steps;
}

Outcome<Objective> objective_of(const sema::Body& body, const std::vector<std::string>& cotangents) {
  if (!cotangents.empty()) return Objective{Objective::Kind::given, cotangents, !body.losses.empty()};
  if (!body.losses.empty()) return Objective{};
  Objective objective{Objective::Kind::outputs};
  for (const sema::NamedNode& output : body.outputs) {
    if (!body[output.node].type.token) objective.of.push_back(output.name);
  }
  if (!objective.of.empty()) return objective;
  return problem(Code::model_needs_loss, fmt::format("`{}` has no loss and no output of numbers", body.name),
                 "`loss cross_entropy(logits, y)` in the model");
}

std::string to_text(const Objective& objective) {
  std::vector<std::string> names;
  for (const std::string& name : objective.of) names.push_back("`" + name + "`");
  switch (objective.kind) {
    case Objective::Kind::loss:
      return "the loss";
    case Objective::Kind::outputs:
      return fmt::format("the sum of {} at each sequence's last step", fmt::join(names, ", "));
    case Objective::Kind::given:
      return fmt::format("{}the sum of {} times the cotangents of the data",
                         objective.with_loss ? "the loss and " : "", fmt::join(names, ", "));
  }
  RNNC_UNREACHABLE("an objective of no kind");
}

CompileOptions for_flow(const Objective& objective, const PipelineOptions& passes) {
  CompileOptions options;
  options.gradient = options.probes = true;
  options.by_params = false;
  options.given = objective.of;
  options.passes = passes;
  return options;
}

Outcome<Flow> measure_flow(const Compiled& compiled, const Objective& objective, interp::Arguments arguments,
                           EngineKind engine) {
  const ir::DimTable& dims = compiled.module.dims;
  if (compiled.probes.empty()) {
    return problem(Code::no_states,
                   fmt::format("`{}` has no states, so no gradient flows through time", compiled.body->name));
  }
  for (const autodiff::Probe& probe : compiled.probes) {
    const std::string& time = dims[probe.time].name;
    if (!arguments.steps.contains(time))
      return problem(Code::data_missing, fmt::format("no array says how many steps `{}` is", time));
  }
  const ir::Function function = part_of(*compiled.module.gradient, dims, [&](const std::string& name) {
    const bool objective_itself =
        name == "loss" || std::ranges::find(objective.of, name) != objective.of.end();
    return objective_itself || name.starts_with("grad.") || (name.starts_with("state.") && !is_delay(name));
  });
  const Extents extents(dims, arguments);
  for (const ir::NamedType& input : ir::inputs_of(function)) {
    const bool probe = input.name.starts_with("probe.") || input.name.starts_with("first.");
    if (arguments.inputs.contains(input.name)) continue;
    if (probe) {
      arguments.inputs[input.name] = extents.zeros(input.type);
    } else if (objective.kind == Objective::Kind::outputs && input.name.starts_with("grad.")) {
      arguments.inputs[input.name] = at_last_steps(input.type, dims, extents);
    }
  }
  auto made = make_engine(engine, function, dims);
  if (!made) return made.error();
  auto results = (*made)->run(arguments);
  if (!results) return results.error();
  Flow flow;
  if (auto loss = results->find("loss"); loss != results->end()) flow.objective = loss->second.values[0];
  for (const std::string& name : objective.of) {
    const std::vector<double>& values = results->at(name).values;
    const std::vector<double>& cotangents = arguments.inputs.at("grad." + name).values;
    for (size_t i = 0; i < values.size(); ++i) flow.objective += values[i] * cotangents[i];
  }
  for (const autodiff::Probe& probe : compiled.probes)
    flow.states.push_back(flow_of(probe, *results, extents, arguments.batch));
  return flow;
}

}  // namespace rnnc::driver
