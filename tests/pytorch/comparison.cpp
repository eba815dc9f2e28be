#include "tests/pytorch/comparison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "compiler/driver/compile.h"
#include "compiler/driver/data.h"
#include "compiler/driver/run_inputs.h"
#include "compiler/irgen/generate.h"

namespace rnnc::pytorch {

using driver::EngineKind;
using formats::Shape;
using formats::Tensor;

Comparison::Comparison(const Subject& subject, const Reference& reference)
    : subject_(subject), reference_(reference) {
  spec_ = driver::load_text("spec.rnn", subject.text, ".");
  model_ = sema::instantiate(spec_.program, *spec_.program.own.front(), reference.sizes(), spec_.sink);
  find_states(irgen::generate(*model_, {})->module);
  make_weights();
}

std::string Comparison::name_in_reference(std::string stored) const {
  for (const std::string& words : subject_.removed) {
    const size_t at = stored.find(words);
    if (at != std::string::npos) stored.erase(at, words.size());
  }
  return stored;
}

void Comparison::find_states(const ir::Module& module) {
  std::map<std::string, std::pair<int, size_t>> kinds;  // rank, and how many numbers there are so far
  for (const ir::StateEntry& state : module.state) {
    Entry entry{"state." + state.path,  state.path.substr(state.path.rfind('.') + 1), 0, {}, 0,
                std::isinf(state.first)};
    entry.shape = {reference_.tensor("lengths").shape[0]};
    for (size_t i = 1; i < state.type.dims.size(); ++i)
      entry.shape.push_back(static_cast<uint64_t>(module.dims[state.type.dims[i]].size));
    auto& [rank, numbers] = kinds.try_emplace(entry.kind, static_cast<int>(kinds.size()), 0).first->second;
    entry.rank = rank;
    entry.from = numbers;
    numbers += count(entry.shape);
    states_.push_back(entry);
  }
}

// The reference's parameters, in alphabetical order, have the seeds 1, 2, ...
void Comparison::make_weights() {
  std::vector<sema::StoredTensor> stored = sema::stored_tensors(*model_);
  std::sort(stored.begin(), stored.end(), [&](const auto& a, const auto& b) {
    return name_in_reference(a.name) < name_in_reference(b.name);
  });
  std::vector<Tensor> file;
  for (size_t i = 0; i < stored.size(); ++i) {
    const Shape shape(stored[i].shape.begin(), stored[i].shape.end());
    file.push_back(array(stored[i].name, static_cast<int>(i) + 1, shape, reference_.scale()));
  }
  auto values = driver::from_tensors(*model_, file, "weights");
  ASSERT_TRUE(static_cast<bool>(values)) << values.error().message;
  weights_ = std::move(*values);
}

std::vector<Tensor> Comparison::data() const {
  std::vector<Tensor> data = {array("x", 20, reference_.tensor("grad.x").shape), reference_.tensor("lengths"),
                              array("grad.y", 30, reference_.tensor("y").shape)};
  for (const Entry& entry : states_) {
    const size_t numbers = count(entry.shape);
    if (given(entry)) {
      const Numbers first = value(21 + entry.rank, numbers, 0.5, entry.from);
      data.push_back(formats::make_tensor(entry.name, entry.shape, first));
    }
    if (compared(entry) && !entry.infinite) {
      const Numbers cotangent = value(31 + entry.rank, numbers, 1, entry.from);
      data.push_back(formats::make_tensor("grad." + entry.name, entry.shape, cotangent));
    }
  }
  return data;
}

Numbers Comparison::part(const Entry& entry, const std::string& array) const {
  const Numbers all = reference_.numbers(array);
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(entry.from);
  return {begin, begin + static_cast<std::ptrdiff_t>(count(entry.shape))};
}

void Comparison::check(EngineKind kind, double outputs, double gradients) {
  driver::CompileOptions options;
  options.gradient = true;
  options.given = {"y"};
  options.inputs = {"x"};
  for (const Entry& entry : states_) {
    if (compared(entry) && !entry.infinite) options.given.push_back(entry.name);
    if (has_gradient(entry)) options.inputs.push_back(entry.name);
  }
  auto compiled = driver::compile(model_, options);
  ASSERT_TRUE(static_cast<bool>(compiled)) << compiled.error().message;
  const ir::Function& function = *compiled->module.gradient;
  auto arguments = driver::arguments_from(data(), *compiled, function, {true}, "data");
  ASSERT_TRUE(static_cast<bool>(arguments)) << arguments.error().message;
  arguments->params = driver::to_params(*model_, weights_);
  auto engine = driver::make_engine(kind, function, compiled->module.dims);
  ASSERT_TRUE(static_cast<bool>(engine)) << engine.error().message;
  auto results = (*engine)->run(*arguments);
  ASSERT_TRUE(static_cast<bool>(results)) << results.error().message;

  auto tensor = [&](const std::string& name) {
    return driver::to_tensor(name, results->at(name), function.type(function.result(name)),
                             compiled->module.dims, formats::DType::kF64);
  };
  auto expect = [&](const std::string& name, const Numbers& want, double tolerance) {
    expect_near(*formats::to_f64(tensor(name)), want, tolerance, name);
  };
  expect("y", reference_.numbers("y"), outputs);
  expect_zeros_past_ends(tensor("y"), reference_.numbers("lengths"));
  expect("grad.x", reference_.numbers("grad.x"), gradients);
  for (const Entry& entry : states_) {
    if (compared(entry)) expect(entry.name, part(entry, entry.kind), outputs);
    if (has_gradient(entry)) expect("grad." + entry.name, part(entry, "grad." + entry.kind + "0"), gradients);
  }
  driver::Values slopes;
  for (const auto& [name, weight] : weights_) slopes[name] = results->at("grad." + name).values;
  const auto all = to_tensors(*model_, slopes, driver::Terms::gradient, formats::DType::kF64);
  for (const Tensor& one : all)
    expect_gradient(reference_, "grad." + name_in_reference(one.name), one, gradients);
}

}  // namespace rnnc::pytorch
