#include "tests/emit/emitted_run.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "compiler/driver/part.h"
#include "tests/emit/c_program.h"

namespace rnnc::emit {

namespace {

using driver::Arrays;
using interp::Array;

constexpr int64_t kSteps = 11, kSeen = 4, kLongest = 6;

// Numbers that C programs get, in [-1, 1], or tokens.
class Numbers {
 public:
  Array make(const Port& port, std::vector<int64_t> shape) {
    Array array{port.element, std::move(shape), {}};
    int64_t elements = 1;
    for (int64_t size : array.shape) elements *= size;
    for (int64_t i = 0; i < elements; ++i) {
      if (port.element == ir::Element::real) {
        array.values.push_back(std::uniform_real_distribution<float>(-1, 1)(engine_));
      } else {
        array.values.push_back(
            std::uniform_int_distribution<int>(0, static_cast<int>(port.tokens) - 1)(engine_));
      }
    }
    return array;
  }

 private:
  std::mt19937 engine_{7};
};

std::string raw(const Array& array) {
  std::string bytes;
  for (double value : array.values) {
    const float real = static_cast<float>(value);
    const int32_t whole = static_cast<int32_t>(value);
    bytes.append(array.element == ir::Element::real ? reinterpret_cast<const char*>(&real)
                                                    : reinterpret_cast<const char*>(&whole),
                 4);
  }
  return bytes;
}

}  // namespace

EmittedRun::EmittedRun(Model model) : model_(std::move(model)) {
  auto emission = emission_of(model_, backend::find_target("x86-64").value(), kLongest);
  if (!emission) {
    refusal_ = emission.error().message;
    return;
  }
  params_ = driver::to_params(*model_.model, model_.weights);
  interface_ = emission->interface;
  make_inputs();
}

void EmittedRun::make_inputs() {
  Numbers numbers;
  for (const Port& port : interface_.begin_inputs) {
    std::vector<int64_t> shape = {1};
    if (port.time) shape.insert(shape.begin(), kSeen);
    for (int64_t size : inner(port.name)) shape.push_back(size);
    given_[port.name] = numbers.make(port, shape);
    input_ += raw(given_[port.name]);
  }
  for (const Port& port : interface_.inputs) {
    std::vector<int64_t> shape = {1};
    if (port.time) shape.insert(shape.begin(), kSeen);
    if (has_steps()) shape.insert(shape.begin(), kSteps);
    for (int64_t size : inner(port.name)) shape.push_back(size);
    Array array = numbers.make(port, shape);
    if (has_steps() && is_target(port.name)) {  // before the first step there is none
      for (int64_t i = 0; i < port.elements; ++i)
        array.values[static_cast<size_t>(i)] = port.element == ir::Element::real ? 0 : -1;
    }
    input_ += raw(array);
    (has_steps() ? over_time_ : given_)[port.name] = std::move(array);
  }
}

bool EmittedRun::is_target(const std::string& name) const {
  for (const sema::InputDecl& input : model_.compiled->body->inputs) {
    if (input.name == name) return input.target;
  }
  return false;
}

std::vector<int64_t> EmittedRun::inner(const std::string& name) const {
  std::vector<const ir::Function*> functions = {&module().forward};
  if (has_steps()) functions.insert(functions.end(), {&*module().step, &*module().begin});
  for (const ir::Function* function : functions) {
    for (const ir::NamedType& input : ir::inputs_of(*function)) {
      if (input.name != name) continue;
      std::vector<int64_t> sizes;
      for (ir::DimId dim : input.type.dims) {
        if (module().dims[dim].kind == ir::DimKind::constant) sizes.push_back(module().dims[dim].size);
      }
      return sizes;
    }
  }
  return {};
}

interp::Arguments EmittedRun::arguments() const {
  interp::Arguments all;
  all.params = params_;
  all.inputs = given_;
  for (const codegen::SeenTime& time : interface_.times) {
    all.steps[time.name] = kSeen;
    all.inputs["lengths." + time.name] = {ir::Element::i32, {1}, {static_cast<double>(kSeen)}};
  }
  return all;
}

Array EmittedRun::filled(const interp::Arguments& all, const ir::Type& type, double value) const {
  Array array{type.element, {}, {}};
  size_t elements = 1;
  for (ir::DimId id : type.dims) {
    const ir::Dim& dim = module().dims[id];
    array.shape.push_back(dim.kind == ir::DimKind::constant ? dim.size
                          : dim.kind == ir::DimKind::batch  ? 1
                                                            : all.steps.at(dim.name));
    elements *= static_cast<size_t>(array.shape.back());
  }
  array.values.assign(elements, value);
  return array;
}

interp::Arguments EmittedRun::whole_arguments(const ir::Function& function) const {
  interp::Arguments all = arguments();
  for (uint32_t i = 0; i < module().dims.size(); ++i) {
    const ir::Dim& dim = module().dims[ir::DimId{i}];
    if (dim.kind == ir::DimKind::time) all.steps.insert({dim.name, kSteps});
  }
  for (const auto& [time, steps] : all.steps)
    all.inputs["lengths." + time] = {ir::Element::i32, {1}, {static_cast<double>(steps)}};
  for (const auto& [name, array] : over_time_) {
    Array& input = all.inputs[name] = array;
    if (!is_target(name)) continue;
    const size_t step = array.values.size() / kSteps;  // the function delays it by itself
    std::rotate(input.values.begin(), input.values.begin() + static_cast<std::ptrdiff_t>(step),
                input.values.end());
  }
  all.inputs["sequence.begins"] = {ir::Element::boolean, {1}, {1}};
  std::map<std::string, double> first;
  for (const ir::StateEntry& entry : module().state) first["state." + entry.path] = entry.first;
  for (const ir::NamedType& input : ir::inputs_of(function)) {
    if (all.inputs.contains(input.name)) continue;  // others are states, or only losses read them
    all.inputs[input.name] = filled(all, input.type, first[input.name]);
  }
  return all;
}

// In double precision.
Arrays EmittedRun::whole() const {
  auto results = interp::interpret(module().forward, module().dims, whole_arguments(module().forward));
  EXPECT_TRUE(results) << results.error().message;
  return results ? *results : Arrays{};
}

Outputs EmittedRun::in_memory() const {
  if (has_steps()) return stepped();
  const ir::Function outputs = driver::part_of(module().forward, module().dims, [&](const std::string& name) {
    return std::ranges::find(interface_.outputs, name, &Port::name) != interface_.outputs.end();
  });
  auto engine = driver::make_engine(driver::EngineKind::jit, outputs, module().dims);
  Outputs made;
  const auto results = (*engine)->run(whole_arguments(outputs));
  for (const auto& [name, array] : *results) made[name].assign(array.values.begin(), array.values.end());
  return made;
}

Outputs EmittedRun::stepped() const {
  Outputs outputs;
  auto begin = driver::make_engine(driver::EngineKind::jit, *module().begin, module().dims);
  auto step = driver::make_engine(driver::EngineKind::jit, *module().step, module().dims);
  interp::Arguments all = arguments();
  auto now = (*begin)->run(all);
  for (int64_t t = 0; t < kSteps; ++t) {
    for (const auto& [name, array] : *now) {
      if (name.starts_with("state.") || name.starts_with("held.")) all.inputs[name] = array;
    }
    all.inputs["sequence.begins"] = {ir::Element::boolean, {1}, {t == 0 ? 1.0 : 0.0}};
    for (const auto& [name, array] : over_time_) {
      Array one{array.element, {array.shape.begin() + 1, array.shape.end()}, {}};
      const auto size = static_cast<std::ptrdiff_t>(array.values.size() / kSteps);
      one.values.assign(array.values.begin() + t * size, array.values.begin() + (t + 1) * size);
      all.inputs[name] = std::move(one);
    }
    now = (*step)->run(all);
    for (const Port& port : interface_.outputs) {
      for (double value : now->at(port.name).values) outputs[port.name].push_back(static_cast<float>(value));
    }
  }
  return outputs;
}

Outputs EmittedRun::of_object(const backend::Target& target) const {
  Folder folder;
  auto emission = emission_of(model_, target, kLongest);
  write_files(folder, *emission, target);
  EXPECT_EQ(folder.run("nm -u net.o"), "") << target.name;
  folder.write("main.c", c_program(interface_, kSteps, kSeen));
  folder.write("input", input_);
  folder.run(fmt::format("cc -std=c99 {} main.c net.o -o main", kStrict));
  const std::string bytes = folder.run("./main < input");
  Outputs outputs;
  size_t at = 0;
  for (const Port& port : interface_.outputs) {
    std::vector<float>& values = outputs[port.name];
    values.resize(static_cast<size_t>(port.elements * (has_steps() ? kSteps : port.time ? kSeen : 1)));
    const size_t size = values.size() * sizeof(float);
    if (at + size > bytes.size()) break;
    std::memcpy(values.data(), bytes.data() + at, size);
    at += size;
  }
  EXPECT_EQ(at, bytes.size());
  return outputs;
}

void expect_near(const Outputs& outputs, const Arrays& expected) {
  for (const auto& [name, values] : outputs) {
    const Array& oracle = expected.at(name);
    ASSERT_EQ(values.size() % oracle.values.size(), 0u) << name;
    double scale = 1;
    for (double value : oracle.values) {
      if (std::isfinite(value)) scale = std::max(scale, std::fabs(value));
    }
    for (size_t i = 0; i < values.size(); ++i) {
      const double wanted = oracle.values[i % oracle.values.size()];
      if (values[i] == wanted || (std::isnan(values[i]) && std::isnan(wanted))) continue;
      ASSERT_NEAR(values[i], wanted, 2e-5 * scale) << name << "[" << i << "]";
    }
  }
}

}  // namespace rnnc::emit
