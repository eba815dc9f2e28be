#include "compiler/driver/engine.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "compiler/driver/machine_code.h"
#include "compiler/support/check.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;
using interp::Array;

class Interpreter : public Engine {
 public:
  Interpreter(const ir::Function& function, const ir::DimTable& dims) : function_(function), dims_(dims) {}

  Outcome<Arrays> run(const interp::Arguments& arguments) const override {
    auto results = interp::interpret(function_, dims_, arguments);
    if (!results) return problem(Code::data_shape, results.error().message);
    return std::move(*results);
  }

 private:
  const ir::Function& function_;
  const ir::DimTable& dims_;
};

// Memory that starts where vectors like it.
class Aligned {
 public:
  explicit Aligned(size_t bytes)
      : data_(std::aligned_alloc(RNNC_ALIGN, (bytes + RNNC_ALIGN) / RNNC_ALIGN * RNNC_ALIGN)) {}
  void* get() const { return data_.get(); }

 private:
  struct Free {
    void operator()(void* data) const { std::free(data); }
  };
  std::unique_ptr<void, Free> data_;
};

// One array of an argument or a result, as compiled code has it.
class Native {
 public:
  Native(ir::Element element, size_t count) : element_(element), count_(count), memory_(count * size()) {}

  void* get() const { return memory_.get(); }
  bool allocated() const { return memory_.get() != nullptr; }
  void load(const std::vector<double>& values) {
    switch (element_) {
      case ir::Element::real:
        copy<float>(values);
        return;
      case ir::Element::i32:
        copy<int32_t>(values);
        return;
      case ir::Element::boolean:
        copy<uint8_t>(values);
        return;
    }
    RNNC_UNREACHABLE("an element of no kind");
  }
  std::vector<double> values() const {
    switch (element_) {
      case ir::Element::real:
        return read<float>();
      case ir::Element::i32:
        return read<int32_t>();
      case ir::Element::boolean:
        return read<uint8_t>();
    }
    RNNC_UNREACHABLE("an element of no kind");
  }

 private:
  size_t size() const { return element_ == ir::Element::boolean ? 1 : 4; }
  template <class T>
  void copy(const std::vector<double>& values) {
    T* to = static_cast<T*>(get());
    for (size_t i = 0; i < count_; ++i) to[i] = static_cast<T>(values[i]);
  }
  template <class T>
  std::vector<double> read() const {
    const T* from = static_cast<const T*>(get());
    return {from, from + count_};
  }

  ir::Element element_;
  size_t count_;
  Aligned memory_;
};

class Machine : public Engine {
 public:
  explicit Machine(MachineCode code) : plan_(std::move(code.plan)), function_(std::move(code.function)) {}

  Outcome<Arrays> run(const interp::Arguments& arguments) const override {
    std::vector<int64_t> steps;
    for (ir::DimId time : plan_.times) {
      auto found = arguments.steps.find(plan_.dims[time].name);
      RNNC_CHECK(found != arguments.steps.end(), "a time has no number of steps");
      steps.push_back(found->second);
    }
    std::vector<Native> params, inputs, results;
    for (const ir::NamedType& param : plan_.params)
      params.push_back(load(param.type, arguments.params.at(param.name)));
    for (const ir::NamedType& input : plan_.inputs) {
      auto given = arguments.inputs.find(input.name);
      if (given != arguments.inputs.end()) {
        inputs.push_back(load(input.type, given->second));
      } else {
        inputs.push_back(full_lengths(input, arguments, steps));
      }
    }
    for (const ir::NamedType& result : plan_.results) {
      results.emplace_back(result.type.element, count(shape(result.type, arguments.batch, steps)));
    }
    if (!call(arguments, steps, params, inputs, results))
      return problem(Code::data_shape, "this does not fit into memory");
    Arrays arrays;
    for (size_t i = 0; i < results.size(); ++i) {
      const ir::NamedType& result = plan_.results[i];
      arrays[result.name] = {result.type.element, shape(result.type, arguments.batch, steps),
                             results[i].values()};
    }
    return arrays;
  }

 private:
  std::vector<int64_t> shape(const ir::Type& type, int64_t batch, const std::vector<int64_t>& steps) const {
    std::vector<int64_t> result;
    for (ir::DimId dim : type.dims) {
      switch (plan_.dims[dim].kind) {
        case ir::DimKind::constant:
          result.push_back(plan_.dims[dim].size);
          break;
        case ir::DimKind::batch:
          result.push_back(batch);
          break;
        case ir::DimKind::time:
          result.push_back(steps[plan_.time_index(dim)]);
          break;
      }
    }
    return result;
  }

  static size_t count(const std::vector<int64_t>& shape) {
    size_t product = 1;
    for (int64_t size : shape) product *= static_cast<size_t>(size);
    return product;
  }

  static Native load(const ir::Type& type, const Array& array) {
    Native native(type.element, array.values.size());
    if (native.allocated()) native.load(array.values);
    return native;
  }

  // Lengths that nobody gave: every sequence has all steps.
  Native full_lengths(const ir::NamedType& input, const interp::Arguments& arguments,
                      const std::vector<int64_t>& steps) const {
    constexpr std::string_view kPrefix = "lengths.";
    RNNC_CHECK(input.name.starts_with(kPrefix), "an input has no value");
    const ir::DimId time = plan_.dims.find(input.name.substr(kPrefix.size()));
    return load(input.type, {ir::Element::i32,
                             {arguments.batch},
                             std::vector<double>(static_cast<size_t>(arguments.batch),
                                                 static_cast<double>(steps[plan_.time_index(time)]))});
  }

  bool call(const interp::Arguments& arguments, const std::vector<int64_t>& steps,
            const std::vector<Native>& params, const std::vector<Native>& inputs,
            const std::vector<Native>& results) const {
    bool allocated = true;
    auto pointers = [&](const std::vector<Native>& arrays) {
      std::vector<void*> all;
      for (const Native& array : arrays) {
        allocated = allocated && array.allocated();
        all.push_back(array.get());
      }
      return all;
    };
    const std::vector<void*> param_pointers = pointers(params), input_pointers = pointers(inputs),
                             result_pointers = pointers(results);
    const size_t batch = static_cast<size_t>(arguments.batch);
    std::vector<uint64_t> sequence = arguments.keys.sequence, first_t = arguments.keys.first_t;
    first_t.resize(batch);
    for (size_t row = sequence.size(); row < batch; ++row) sequence.push_back(row);
    const Aligned scratch(static_cast<size_t>(function_.scratch_bytes(arguments.batch, steps)));
    if (!allocated || scratch.get() == nullptr) return false;
    rnnc_arguments native = {};
    native.params = param_pointers.data();
    native.inputs = input_pointers.data();
    native.results = result_pointers.data();
    native.batch = arguments.batch;
    native.steps = steps.data();
    native.seed = arguments.keys.seed;
    native.epoch = arguments.keys.epoch;
    native.step = arguments.keys.step;
    native.sequence = sequence.data();
    native.first_t = first_t.data();
    native.scratch = scratch.get();
    function_(native);
    return true;
  }

  schedule::Plan plan_;
  backend::CompiledFunction function_;
};

}  // namespace

Outcome<std::unique_ptr<Engine>> make_engine(EngineKind kind, const ir::Function& function,
                                             const ir::DimTable& dims) {
  if (kind == EngineKind::interp)
    return std::unique_ptr<Engine>(std::make_unique<Interpreter>(function, dims));
  auto code = make_machine_code(function, dims);
  if (!code) return code.error();
  return std::unique_ptr<Engine>(std::make_unique<Machine>(std::move(*code)));
}

}  // namespace rnnc::driver
