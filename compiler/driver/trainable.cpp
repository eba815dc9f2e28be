#include "compiler/driver/trainable.h"

#include <algorithm>

#include "compiler/irgen/dims.h"
#include "compiler/sema/parameters.h"
#include "compiler/support/check.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;

formats::Shape numbers(const sema::Shape& shape, const sema::Model& model) {
  formats::Shape result;
  for (const sema::Size& size : shape)
    result.push_back(static_cast<uint64_t>(size.evaluate(model.sizes).value_or(0)));
  return result;
}

train::Element element_of(ir::Element element) {
  switch (element) {
    case ir::Element::real:
      return train::Element::kReal;
    case ir::Element::i32:
      return train::Element::kInt;
    case ir::Element::boolean:
      return train::Element::kBool;
  }
  RNNC_UNREACHABLE("an element of no kind");
}

// What functions call the times of a body.
std::vector<std::string> time_dims(const sema::Body& body) {
  std::vector<std::string> result;
  for (sema::Clock clock = 0; clock < body.clocks.size(); ++clock) {
    result.push_back(irgen::time_name(body.clocks, clock));
  }
  return result;
}

train::AbiFunction abi_function(const MachineCode& code) {
  train::AbiFunction function{code.function.function(), code.function.scratch_function(), {}, {}, {}, {}};
  for (const ir::NamedType& param : code.plan.params) function.params.push_back(param.name);
  for (const ir::NamedType& input : code.plan.inputs) function.inputs.push_back(input.name);
  for (const ir::NamedType& result : code.plan.results) function.results.push_back(result.name);
  for (ir::DimId time : code.plan.times) function.times.push_back(code.plan.dims[time].name);
  return function;
}

}  // namespace

train::Signature signature_of(const Compiled& compiled) {
  const sema::Model& model = *compiled.model;
  train::Signature signature;
  for (const sema::Parameter& parameter : sema::parameters(model)) {
    signature.parameters.push_back({parameter.path, {parameter.shape.begin(), parameter.shape.end()}});
  }
  for (const sema::InputDecl& input : compiled.body->inputs) {
    train::ArrayInfo array{
        input.name, train::Element::kReal, input.target, {}, numbers(input.type.shape, model), 0};
    if (input.type.clock) array.time = *input.type.clock;
    if (input.type.token) {
      array.element = train::Element::kInt;
      array.tokens = input.type.token->evaluate(model.sizes).value_or(0);
    }
    signature.arrays.push_back(std::move(array));
  }
  signature.times = compiled.body->clocks;
  const ir::DimTable& dims = compiled.module.dims;
  for (const ir::StateEntry& entry : compiled.module.state) {
    train::StateInfo state{entry.path, element_of(entry.type.element), {}, entry.first};
    for (ir::DimId dim : entry.type.dims) {
      if (dims[dim].kind == ir::DimKind::constant)
        state.shape.push_back(static_cast<uint64_t>(dims[dim].size));
    }
    signature.state.push_back(std::move(state));
  }
  signature.losses = compiled.body->losses.size();
  return signature;
}

Outcome<Trainable> Trainable::create(std::shared_ptr<const sema::Model> model, const PipelineOptions& passes,
                                     core::Team& team) {
  CompileOptions options;
  options.passes = passes;
  auto plain = compile(model, options);
  if (!plain) return plain.error();
  options.training = options.gradient = true;
  auto training = compile(std::move(model), options);
  if (!training) return training.error();
  Trainable result;
  const bool draws = !(plain->module.forward == training->module.forward);
  std::vector<const ir::Function*> functions = {&*training->module.gradient, &plain->module.forward};
  if (draws) functions.push_back(&training->module.forward);
  for (size_t i = 0; i < functions.size(); ++i) {
    auto code = make_machine_code(*functions[i], i == 1 ? plain->module.dims : training->module.dims);
    if (!code) return code.error();
    result.code_.push_back(std::move(*code));
  }
  result.compiled_ = std::move(*training);
  const train::AbiFunction evaluation = abi_function(result.code_[1]);
  auto abi = train::AbiModel::create(
      signature_of(result.compiled_), time_dims(*result.compiled_.body),
      {abi_function(result.code_[0]), draws ? abi_function(result.code_[2]) : evaluation, evaluation}, team);
  RNNC_CHECK(static_cast<bool>(abi), "the trainer and the compiler disagree about a function");
  result.model_ = std::make_unique<train::AbiModel>(std::move(*abi));
  return result;
}

int64_t Trainable::scratch_bytes(int64_t batch, int64_t steps) const {
  return code_.front().function.scratch_bytes(batch,
                                              std::vector<int64_t>(code_.front().plan.times.size(), steps));
}

void fill(train::Arena& arena, const sema::Model& model, const Values& values) {
  const std::vector<sema::Parameter> parameters = sema::parameters(model);
  for (size_t i = 0; i < parameters.size(); ++i) {
    const std::vector<double>& value = values.at(parameters[i].path);
    std::transform(value.begin(), value.end(), arena.of(i).begin(),
                   [](double v) { return static_cast<float>(v); });
  }
}

Values values_of(const train::Arena& arena, const sema::Model& model) {
  Values values;
  const std::vector<sema::Parameter> parameters = sema::parameters(model);
  for (size_t i = 0; i < parameters.size(); ++i)
    values[parameters[i].path].assign(arena.of(i).begin(), arena.of(i).end());
  return values;
}

}  // namespace rnnc::driver
