#include "compiler/driver/call_arguments.h"

#include "compiler/driver/run_inputs.h"
#include "compiler/driver/trainable.h"
#include "compiler/irgen/dims.h"
#include "compiler/support/check.h"

namespace rnnc::driver {

namespace {

using interp::Array;

Array array_of(train::Element element, std::vector<int64_t> shape, const void* from) {
  Array array{ir::Element::real, std::move(shape), {}};
  size_t count = 1;
  for (int64_t size : array.shape) count *= static_cast<size_t>(size);
  auto copy = [&](const auto* values) { array.values.assign(values, values + count); };
  switch (element) {
    case train::Element::kReal:
      copy(static_cast<const float*>(from));
      return array;
    case train::Element::kInt:
      array.element = ir::Element::i32;
      copy(static_cast<const int32_t*>(from));
      return array;
    case train::Element::kBool:
      array.element = ir::Element::boolean;
      copy(static_cast<const uint8_t*>(from));
      return array;
  }
  RNNC_UNREACHABLE("an element of no kind");
}

std::vector<int64_t> with(std::vector<int64_t> leading, const train::Shape& shape) {
  leading.insert(leading.end(), shape.begin(), shape.end());
  return leading;
}

}  // namespace

interp::Arguments arguments_of(const train::Call& call, const train::Signature& signature,
                               const train::Arena& parameters, const Compiled& compiled) {
  interp::Arguments arguments;
  arguments.params = to_params(*compiled.model, values_of(parameters, *compiled.model));
  arguments.batch = call.batch;
  for (size_t time = 0; time < signature.times.size(); ++time) {
    const std::string name = irgen::time_name(signature.times, static_cast<sema::Clock>(time));
    arguments.steps[name] = call.steps[time];
    arguments.inputs["lengths." + name] = array_of(train::Element::kInt, {call.batch}, call.lengths[time]);
  }
  for (size_t i = 0; i < signature.arrays.size(); ++i) {
    const train::ArrayInfo& info = signature.arrays[i];
    std::vector<int64_t> leading = {call.batch};
    if (info.time) leading.insert(leading.begin(), call.steps[*info.time]);
    arguments.inputs[info.name] = array_of(info.element, with(leading, info.shape), call.arrays[i]);
  }
  for (size_t i = 0; i < signature.state.size(); ++i) {
    const train::StateInfo& info = signature.state[i];
    arguments.inputs["state." + info.path] =
        array_of(info.element, with({call.batch}, info.shape), call.state[i]);
  }
  arguments.inputs["sequence.begins"] = array_of(train::Element::kBool, {call.batch}, call.begins);
  arguments.keys.seed = call.seed;
  arguments.keys.epoch = call.epoch;
  arguments.keys.step = call.step;
  arguments.keys.sequence.assign(call.sequence, call.sequence + call.batch);
  arguments.keys.first_t.assign(call.first_t, call.first_t + call.batch);
  return arguments;
}

}  // namespace rnnc::driver
