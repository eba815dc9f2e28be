#include "compiler/driver/step_jacobian.h"

#include <algorithm>

#include "compiler/driver/one_step.h"
#include "compiler/driver/part.h"
#include "compiler/driver/singular_value.h"

namespace rnnc::driver {

namespace {

using interp::Array;

std::string layer_of(const std::string& path) {
  const size_t dot = path.rfind('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

// An entry of the State in the vector that the states of its layer are together.
struct Entry {
  std::string path;
  std::string state;  // it is, or is a delay of
  size_t begin = 0, count = 0;
};
struct Layer {
  std::string path;
  std::vector<Entry> entries;
  size_t count = 0;
};

std::vector<Layer> layers_of(const ir::Module& module) {
  std::vector<Layer> layers;
  auto known = [&](const std::string& path) {
    return std::ranges::any_of(module.state, [&](const ir::StateEntry& entry) { return entry.path == path; });
  };
  for (const ir::StateEntry& entry : module.state) {
    if (entry.type.element != ir::Element::real) continue;
    const std::string state = is_delay(entry.path) ? layer_of(entry.path) : entry.path;
    if (!known(state)) continue;  // an input's past
    const std::string path = layer_of(state);
    auto layer = std::ranges::find(layers, path, &Layer::path);
    if (layer == layers.end()) layer = layers.insert(layers.end(), {path, {}, 0});
    const auto count = static_cast<size_t>(ir::constant_elements(entry.type, module.dims));
    layer->entries.push_back({entry.path, state, layer->count, count});
    layer->count += count;
  }
  return layers;
}

std::vector<std::string> inputs_of_states(const std::vector<Layer>& layers) {
  std::vector<std::string> names;
  for (const Layer& layer : layers) {
    for (const Entry& entry : layer.entries) names.push_back("state." + entry.path);
  }
  return names;
}

// The rows of a call, one for each element of each layer's states, and what its gradients say.
class Rows {
 public:
  explicit Rows(const std::vector<Layer>& layers) : layers_(layers) {
    for (const Layer& layer : layers) {
      begins_.push_back(count_);
      count_ += layer.count;
    }
  }
  size_t count() const { return count_; }

  // Each row asks for the gradient of its own element: rows of the identity, layer by layer.
  void ask(const ir::Function& step, const ir::DimTable& dims, Arrays& inputs) const {
    for (size_t i = 0; i < layers_.size(); ++i) {
      for (const Entry& entry : layers_[i].entries) {
        Array rows = cotangent("grad.state." + entry.path, step, dims, count_);
        for (size_t j = 0; j < entry.count; ++j)
          rows.values[(begins_[i] + entry.begin + j) * entry.count + j] = 1;
        inputs["grad.state." + entry.path] = std::move(rows);
      }
    }
  }
  // Nothing is asked of a call with one row.
  void ask_nothing(const ir::Function& step, const ir::DimTable& dims, Arrays& inputs) const {
    for (const std::string& name : inputs_of_states(layers_))
      inputs["grad." + name] = cotangent("grad." + name, step, dims, 1);
  }

  // Of the block of those entries of a layer that are `wanted`.
  template <class Wanted>
  double norm(size_t layer, const Arrays& results, Wanted wanted) const {
    std::vector<double> block;
    size_t size = 0;
    for (const Entry& of : layers_[layer].entries) {
      if (!wanted(of)) continue;
      size += of.count;
      for (size_t row = 0; row < of.count; ++row) {
        for (const Entry& by : layers_[layer].entries) {
          if (!wanted(by)) continue;
          const std::vector<double>& gradient = results.at("grad.state." + by.path).values;
          const double* begin = &gradient[(begins_[layer] + of.begin + row) * by.count];
          block.insert(block.end(), begin, begin + by.count);
        }
      }
    }
    return largest_singular_value(block, size, size);
  }

 private:
  static Array cotangent(const std::string& name, const ir::Function& step, const ir::DimTable& dims,
                         size_t rows) {
    Array array{ir::Element::real, {}, {}};
    size_t count = rows;
    for (const ir::NamedType& input : ir::inputs_of(step)) {
      if (input.name != name) continue;
      for (ir::DimId dim : input.type.dims) {
        const bool batch = dims[dim].kind == ir::DimKind::batch;
        array.shape.push_back(batch ? static_cast<int64_t>(rows) : dims[dim].size);
      }
      count *= static_cast<size_t>(ir::constant_elements(input.type, dims));
    }
    array.values.resize(count);
    return array;
  }

  const std::vector<Layer>& layers_;
  std::vector<size_t> begins_;
  size_t count_ = 0;
};

LayerJacobian without_steps(const Layer& layer) {
  LayerJacobian made{layer.path, {}, {}, {}};
  for (const Entry& entry : layer.entries) {
    if (entry.path == entry.state) made.states.push_back(entry.path);
  }
  if (made.states.size() > 1) made.alone.resize(made.states.size());
  return made;
}

// The norms of one step, of the sequence that was begun last.
void add_step(LayerJacobian& to, size_t layer, const Rows& rows, const Arrays& results) {
  to.joined.back().push_back(rows.norm(layer, results, [](const Entry&) { return true; }));
  for (size_t i = 0; i < to.alone.size(); ++i) {
    to.alone[i].back().push_back(
        rows.norm(layer, results, [&](const Entry& entry) { return entry.state == to.states[i]; }));
  }
}

// All steps of a sequence.
Outcome<> add_sequence(std::vector<LayerJacobian>& to, const Rows& rows, const OneStep& sequence,
                       const ir::Function& step, const ir::DimTable& dims, const Engine& engine) {
  for (LayerJacobian& layer : to) {
    layer.joined.emplace_back();
    for (StepNorms& one : layer.alone) one.emplace_back();
  }
  interp::Arguments first = sequence.before_the_first();
  rows.ask_nothing(step, dims, first.inputs);
  auto state = engine.run(first);
  if (!state) return state.error();
  interp::Arguments arguments = sequence.arguments(rows.count());
  rows.ask(step, dims, arguments.inputs);
  auto calls = engine.calls(arguments);
  if (!calls) return calls.error();
  for (int64_t t = 0; t < sequence.length(); ++t) {
    state = (*calls)->run(sequence.at(t, rows.count(), *state));
    if (!state) return state.error();
    for (size_t i = 0; i < to.size(); ++i) add_step(to[i], i, rows, *state);
  }
  return support::Unit{};
}

}  // namespace

Outcome<StepJacobians> step_jacobians(const std::shared_ptr<const sema::Model>& model,
                                      const interp::Arguments& whole, EngineKind kind, int64_t sequences) {
  CompileOptions as_written;
  as_written.passes.bisect = 0;
  auto written = compile(model, as_written);
  if (!written) return written.error();
  StepJacobians made;
  made.refusal = why_no_steps(written->module.forward, written->module.dims);
  if (!made.refusal.empty() || whole.steps.empty() || whole.steps.begin()->second == 0) return made;
  const std::vector<Layer> layers = layers_of(written->module);
  CompileOptions options;
  options.gradient = true;
  options.of_loss = options.by_params = false;
  options.given = options.inputs = inputs_of_states(layers);
  auto compiled = compile(model, options);
  if (!compiled) return compiled.error();
  const ir::DimTable& dims = compiled->module.dims;
  const ir::Function step = part_of(*compiled->module.gradient, dims, [](const std::string& name) {
    return name.starts_with("state.") || name.starts_with("grad.");
  });
  auto engine = make_engine(kind, step, dims);
  if (!engine) return engine.error();
  const Rows rows(layers);
  for (const Layer& layer : layers) made.layers.push_back(without_steps(layer));
  for (int64_t k = 0; k < std::min(sequences, whole.batch); ++k) {
    const OneStep sequence(step, dims, whole, static_cast<size_t>(k));
    auto done = add_sequence(made.layers, rows, sequence, step, dims, **engine);
    if (!done) return done.error();
  }
  return made;
}

}  // namespace rnnc::driver
