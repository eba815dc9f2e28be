#include "compiler/driver/flow_data.h"

#include <algorithm>

#include "compiler/driver/call_arguments.h"
#include "compiler/driver/data.h"
#include "compiler/driver/overfit.h"
#include "compiler/driver/run_inputs.h"
#include "compiler/driver/trainable.h"
#include "compiler/ir/builder.h"
#include "runtime/train/batch.h"

namespace rnnc::driver {

namespace {

constexpr std::string_view kCotangents = "grad.";

// A function that asks for what the data are to hold: all inputs of the gradient but its probes, and of the
// cotangents those that are given.
ir::Function without_probes(const Compiled& compiled, const std::vector<std::string>& given) {
  ir::Function asking("forward");
  ir::Builder build(compiled.module.dims, asking);
  for (const ir::NamedType& input : ir::inputs_of(*compiled.module.gradient)) {
    const bool probe = input.name.starts_with("probe.") || input.name.starts_with("first.");
    const bool cotangent = input.name.starts_with(kCotangents);
    const bool here =
        std::ranges::find(given, input.name.substr(cotangent ? kCotangents.size() : 0)) != given.end();
    if (!probe && (!cotangent || here)) build.input(input.name, input.type);
  }
  return asking;
}

Outcome<interp::Arguments> first_batch(const DataFile& data, const Compiled& compiled, const Values& weights,
                                       const TrainFlags& flags) {
  auto settings = settings_of(*compiled.body, flags);
  if (!settings) return settings.error();
  const train::Signature signature = signature_of(compiled);
  auto split = data.arrange(signature, *settings);
  if (!split) return split.error();
  keep_first_batch(*split, *settings);
  train::Batch batch(signature, split->all);
  batch.start(split->training);
  batch.load({0, settings->tbptt.value_or(-1)});
  train::Arena parameters(signature.parameters);
  fill(parameters, *compiled.model, weights);
  return arguments_of(batch.call(), signature, parameters, compiled);
}

}  // namespace

std::vector<std::string> cotangents_of(const DataFile& data) {
  std::vector<std::string> names;
  if (data.npz() == nullptr) return names;
  for (const formats::Tensor& tensor : *data.npz()) {
    if (tensor.name.starts_with(kCotangents)) names.push_back(tensor.name.substr(kCotangents.size()));
  }
  return names;
}

Outcome<interp::Arguments> flow_arguments(const DataFile& data, const Compiled& compiled,
                                          const Values& weights, const TrainFlags& flags) {
  if (data.npz() == nullptr) return first_batch(data, compiled, weights, flags);
  const ir::Function asking = without_probes(compiled, cotangents_of(data));
  auto arguments = arguments_from(*data.npz(), compiled, asking, {}, data.name());
  if (arguments) arguments->params = to_params(*compiled.model, weights);
  return arguments;
}

}  // namespace rnnc::driver
