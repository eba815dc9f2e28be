#include "compiler/driver/self_test.h"

#include <algorithm>
#include <cstring>

#include "compiler/support/check.h"
#include "runtime/train/random.h"

namespace rnnc::driver {

namespace {

using codegen::Interface;
using codegen::Port;
using interp::Array;
using Arrays = std::map<std::string, Array>;

constexpr int64_t kCalls = 8;           // steps; fewer where outputs are large ...
constexpr int64_t kElements = 1 << 16;  // ... so that no more than so many numbers are kept
constexpr int64_t kSequence = 5;        // steps of a sequence that is seen whole

class Inputs {
 public:
  double value(const Port& port) {
    if (port.element == ir::Element::boolean) return static_cast<double>(train::random_below(random_, 2));
    if (port.element == ir::Element::i32)
      return static_cast<double>(
          train::random_below(random_, static_cast<uint64_t>(std::max<int64_t>(1, port.tokens))));
    return static_cast<double>(train::next_random(random_) >> 40) * 0x1p-23 - 1;  // in [-1, 1), exact in f32
  }

 private:
  uint64_t random_ = 1;
};

template <class T>
void append(codegen::Bytes& bytes, double value) {
  const T number = static_cast<T>(value);
  char raw[sizeof number];
  std::memcpy(raw, &number, sizeof number);
  bytes.append(raw, sizeof number);
}

codegen::Bytes to_bytes(const Array& array) {
  codegen::Bytes bytes;
  for (double value : array.values) {
    switch (array.element) {
      case ir::Element::real:
        append<float>(bytes, value);
        break;
      case ir::Element::i32:
        append<int32_t>(bytes, value);
        break;
      case ir::Element::boolean:
        append<uint8_t>(bytes, value);
        break;
    }
  }
  return bytes;
}

class SelfTestMaker {
 public:
  SelfTestMaker(const EmittedFunctions& functions, const std::map<std::string, Array>& params,
                const Interface& interface)
      : functions_(functions), interface_(interface) {
    arguments_.params = params;
  }

  Outcome<codegen::SelfTest> make() {
    int64_t outputs = 1;
    for (const Port& output : interface_.outputs) outputs += output.elements;
    test_.calls = interface_.has_steps() ? std::clamp<int64_t>(kElements / outputs, 2, kCalls) : 1;
    set_lengths();
    test_.inputs.resize(interface_.inputs.size());
    test_.outputs.resize(interface_.outputs.size());
    if (auto begun = begin(); !begun) return begun.error();
    for (int64_t i = 0; i < test_.calls; ++i) {
      if (auto called = call(i); !called) return called.error();
    }
    return std::move(test_);
  }

 private:
  std::vector<int64_t> shape(const ir::Type& type) const {
    std::vector<int64_t> result;
    for (ir::DimId id : type.dims) {
      const ir::Dim& dim = functions_.dims[id];
      result.push_back(dim.kind == ir::DimKind::constant ? dim.size
                       : dim.kind == ir::DimKind::batch  ? 1
                                                         : arguments_.steps.at(dim.name));
    }
    return result;
  }

  const Array& draw(const ir::Function& function, const Port& port) {
    for (const ir::NamedType& input : ir::inputs_of(function)) {
      if (input.name != port.name) continue;
      Array array{input.type.element, shape(input.type), {}};
      size_t elements = 1;
      for (int64_t size : array.shape) elements *= static_cast<size_t>(size);
      for (size_t i = 0; i < elements; ++i) array.values.push_back(inputs_.value(port));
      return arguments_.inputs[port.name] = std::move(array);
    }
    RNNC_UNREACHABLE("a port without an input");
  }

  // The interpreter's results, of which the State and what is held are the next inputs.
  Outcome<Arrays> run(const ir::Function& function) {
    auto results = interp::interpret(function, functions_.dims, arguments_);
    if (!results) return problem(diagnostics::Code::not_run_yet, results.error().message);
    for (const auto& [name, array] : *results) {
      if (name.starts_with("state.") || name.starts_with("held.")) arguments_.inputs[name] = array;
    }
    return std::move(*results);
  }

  void set_lengths() {
    for (const codegen::SeenTime& time : interface_.times) {
      const int64_t steps = std::min(time.longest, kSequence);
      test_.lengths.push_back(steps);
      arguments_.steps[time.name] = steps;
      arguments_.inputs["lengths." + time.name] = {ir::Element::i32, {1}, {static_cast<double>(steps)}};
    }
  }

  Outcome<> begin() {
    if (functions_.begin == nullptr) {
      set_first();
      return support::Unit{};
    }
    for (const Port& port : interface_.begin_inputs)
      test_.begin_inputs.push_back(to_bytes(draw(*functions_.begin, port)));
    auto results = run(*functions_.begin);
    if (!results) return results.error();
    return support::Unit{};
  }

  // The State before the only call.
  void set_first() {
    for (const ir::NamedType& input : ir::inputs_of(functions_.call)) {
      auto first = interface_.first.find(input.name);
      if (first == interface_.first.end()) continue;
      Array array{input.type.element, shape(input.type), {}};
      array.values.assign(static_cast<size_t>(ir::constant_elements(input.type, functions_.dims)),
                          first->second);
      arguments_.inputs[input.name] = std::move(array);
    }
  }

  Outcome<> call(int64_t number) {
    arguments_.inputs["sequence.begins"] = {ir::Element::boolean, {1}, {number == 0 ? 1.0 : 0.0}};
    for (size_t i = 0; i < interface_.inputs.size(); ++i)
      test_.inputs[i] += to_bytes(draw(functions_.call, interface_.inputs[i]));
    auto results = run(functions_.call);
    if (!results) return results.error();
    for (size_t i = 0; i < interface_.outputs.size(); ++i) {
      for (double value : results->at(interface_.outputs[i].name).values)
        test_.outputs[i].push_back(static_cast<float>(value));
    }
    return support::Unit{};
  }

  const EmittedFunctions& functions_;
  const Interface& interface_;
  Inputs inputs_;
  interp::Arguments arguments_;
  codegen::SelfTest test_;
};

}  // namespace

Outcome<codegen::SelfTest> make_self_test(const EmittedFunctions& functions,
                                          const std::map<std::string, Array>& params,
                                          const Interface& interface) {
  return SelfTestMaker(functions, params, interface).make();
}

}  // namespace rnnc::driver
