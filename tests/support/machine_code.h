// Calls machine code with the arguments of the interpreter, and compares what they give.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/backend/jit.h"
#include "compiler/interp/interpret.h"
#include "compiler/schedule/plan_function.h"
#include "runtime/core/team.h"
#include "runtime/include/rnnc/abi.h"
#include "tests/support/random_arguments.h"

namespace rnnc::testing {

using Results = std::map<std::string, interp::Array>;

// Memory between bytes that must not change, itself filled with NaN: what is not written is seen, and so is
// what is written outside.
class Guarded {
 public:
  explicit Guarded(size_t bytes, size_t misalign = 0) : bytes_(bytes) {
    size_t all = (kGuard + misalign + bytes + kGuard + RNNC_ALIGN - 1) / RNNC_ALIGN * RNNC_ALIGN;
    memory_.reset(static_cast<unsigned char*>(std::aligned_alloc(RNNC_ALIGN, all)));
    size_ = all;
    start_ = kGuard + misalign;
    std::memset(memory_.get(), 0xFF, all);
  }
  void* data() { return memory_.get() + start_; }
  const void* data() const { return memory_.get() + start_; }
  bool intact() const {
    auto untouched = [](unsigned char byte) { return byte == 0xFF; };
    return std::all_of(memory_.get(), memory_.get() + start_, untouched) &&
           std::all_of(memory_.get() + start_ + bytes_, memory_.get() + size_, untouched);
  }

 private:
  static constexpr size_t kGuard = 256;
  struct Free {
    void operator()(unsigned char* memory) const { std::free(memory); }
  };
  std::unique_ptr<unsigned char, Free> memory_;
  size_t bytes_, start_ = 0, size_ = 0;
};

inline Guarded to_memory(const interp::Array& array) {
  // Arrays of the caller stand anywhere, so not on the borders of vectors.
  Guarded memory(array.values.size() * static_cast<size_t>(schedule::bytes_of(array.element)), 4);
  for (size_t i = 0; i < array.values.size(); ++i) {
    double value = array.values[i];
    switch (array.element) {
      case ir::Element::real:
        static_cast<float*>(memory.data())[i] = static_cast<float>(value);
        break;
      case ir::Element::i32:
        static_cast<int32_t*>(memory.data())[i] = static_cast<int32_t>(value);
        break;
      case ir::Element::boolean:
        static_cast<uint8_t*>(memory.data())[i] = value != 0;
        break;
    }
  }
  return memory;
}

inline interp::Array from_memory(const ir::Type& type, std::vector<int64_t> shape, const Guarded& memory) {
  interp::Array array{type.element, std::move(shape), {}};
  size_t elements = 1;
  for (int64_t size : array.shape) elements *= static_cast<size_t>(size);
  for (size_t i = 0; i < elements; ++i) {
    switch (type.element) {
      case ir::Element::real:
        array.values.push_back(static_cast<const float*>(memory.data())[i]);
        break;
      case ir::Element::i32:
        array.values.push_back(static_cast<const int32_t*>(memory.data())[i]);
        break;
      case ir::Element::boolean:
        array.values.push_back(static_cast<const uint8_t*>(memory.data())[i]);
        break;
    }
  }
  return array;
}

// Every real number rounded to f32, which is what machine code sees.
inline interp::Arguments rounded(interp::Arguments arguments) {
  for (auto* arrays : {&arguments.params, &arguments.inputs}) {
    for (auto& [name, array] : *arrays) {
      if (array.element != ir::Element::real) continue;
      for (double& value : array.values) value = static_cast<float>(value);
    }
  }
  return arguments;
}

struct Call {
  Results results;
  std::string wrong;  // memory that was written outside of what may be written
};

// Results whose names are in `unwanted` are not asked for.
inline Call call(const schedule::Plan& plan, rnnc_function run, rnnc_scratch scratch_bytes,
                 const interp::Arguments& arguments, const std::vector<std::string>& unwanted = {},
                 core::Team& team = core::Team::alone()) {
  std::vector<Guarded> memory;
  auto pointers = [&](const std::vector<ir::NamedType>& signature,
                      const std::map<std::string, interp::Array>& arrays) {
    std::vector<const void*> all;
    for (const ir::NamedType& entry : signature) {
      memory.push_back(to_memory(arrays.at(entry.name)));
      all.push_back(memory.back().data());
    }
    return all;
  };
  std::vector<const void*> params = pointers(plan.params, arguments.params);
  std::vector<const void*> inputs = pointers(plan.inputs, arguments.inputs);
  size_t first_result = memory.size();
  std::vector<void*> results;
  std::vector<std::vector<int64_t>> shapes;
  for (const ir::NamedType& result : plan.results) {
    shapes.push_back(shape_of(result.type, plan.dims, arguments));
    size_t elements = 1;
    for (int64_t size : shapes.back()) elements *= static_cast<size_t>(size);
    memory.emplace_back(elements * static_cast<size_t>(schedule::bytes_of(result.type.element)), 4);
    bool wanted = std::find(unwanted.begin(), unwanted.end(), result.name) == unwanted.end();
    results.push_back(wanted ? memory.back().data() : nullptr);
  }
  std::vector<int64_t> steps;
  for (ir::DimId time : plan.times) steps.push_back(arguments.steps.at(plan.dims[time].name));
  memory.emplace_back(static_cast<size_t>(scratch_bytes(arguments.batch, steps.data())));
  const interp::RandomKeys& keys = arguments.keys;
  rnnc_arguments all = {};
  all.params = params.data();
  all.inputs = inputs.data();
  all.results = results.data();
  all.batch = arguments.batch;
  all.steps = steps.data();
  all.seed = keys.seed;
  all.epoch = keys.epoch;
  all.step = keys.step;
  all.sequence = keys.sequence.empty() ? nullptr : keys.sequence.data();
  all.first_t = keys.first_t.empty() ? nullptr : keys.first_t.data();
  all.scratch = memory.back().data();
  team.call(run, all);
  Call done;
  for (const Guarded& block : memory) {
    if (!block.intact()) done.wrong = "memory outside of an array was written";
  }
  for (size_t i = 0; i < plan.results.size(); ++i) {
    if (!results[i]) continue;
    done.results[plan.results[i].name] =
        from_memory(plan.results[i].type, shapes[i], memory[first_result + i]);
  }
  return done;
}

// What differs by more than `tolerance` of the largest finite element; empty if nothing does.
inline std::string difference(const Results& expected, const Results& got, double tolerance) {
  std::string wrong;
  for (const auto& [name, array] : got) {
    const interp::Array& oracle = expected.at(name);
    if (array.shape != oracle.shape) {
      wrong += fmt::format("{} has another shape\n", name);
      continue;
    }
    double scale = 1e-2;
    for (double value : oracle.values) {
      if (std::isfinite(value)) scale = std::max(scale, std::fabs(value));
    }
    const double allowed = oracle.element == ir::Element::real ? tolerance * scale : 0;
    for (size_t i = 0; i < oracle.values.size(); ++i) {
      double a = oracle.values[i], b = array.values[i];
      bool same = std::isnan(a) ? std::isnan(b) : std::isinf(a) ? a == b : std::fabs(a - b) <= allowed;
      if (same) continue;
      wrong += fmt::format("{}[{}] is {}, not {} (largest {})\n", name, i, b, a, scale);
      break;
    }
  }
  return wrong;
}

// A copy of the function that has all lengths that its times may have, as a compiled model does.
inline ir::Function with_lengths(const ir::Function& function, const ir::DimTable& dims,
                                 const interp::Arguments& arguments) {
  ir::Function copy = function;
  ir::DimId batch;
  for (uint32_t i = 0; i < dims.size(); ++i) {
    if (dims[ir::DimId{i}].kind == ir::DimKind::batch) batch = ir::DimId{i};
  }
  for (uint32_t i = 0; i < dims.size(); ++i) {
    std::string name = "lengths." + dims[ir::DimId{i}].name;
    bool known = std::any_of(function.instrs().begin(), function.instrs().end(), [&](const ir::Instr& instr) {
      return instr.op == ir::Op::input && std::get<ir::NameAttr>(instr.attributes).name == name;
    });
    if (dims[ir::DimId{i}].kind != ir::DimKind::time || known || !arguments.inputs.contains(name)) continue;
    copy.append(ir::Op::input, {}, ir::NameAttr{name}, {{ir::Element::i32, {batch}}});
  }
  return copy;
}

}  // namespace rnnc::testing
