#include "compiler/driver/call_frame.h"

#include <algorithm>
#include <cstring>

#include "compiler/support/check.h"

namespace rnnc::driver {

namespace {

size_t place_of(const std::vector<ir::NamedType>& list, const std::string& name) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const ir::NamedType& one) { return one.name == name; });
  return static_cast<size_t>(found - list.begin());
}

template <class T>
void store_as(std::span<std::byte> to, const std::vector<double>& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    const T value = static_cast<T>(values[i]);
    std::memcpy(to.data() + i * sizeof(T), &value, sizeof value);
  }
}

template <class T>
std::vector<double> load_as(std::span<const std::byte> from) {
  std::vector<double> values(from.size() / sizeof(T));
  for (size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, from.data() + i * sizeof(T), sizeof value);
    values[i] = value;
  }
  return values;
}

}  // namespace

void store(std::span<std::byte> to, ir::Element element, const std::vector<double>& values) {
  RNNC_CHECK(to.size() == values.size() * static_cast<size_t>(schedule::bytes_of(element)),
             "an array of another size");
  switch (element) {
    case ir::Element::real:
      return store_as<float>(to, values);
    case ir::Element::i32:
      return store_as<int32_t>(to, values);
    case ir::Element::boolean:
      return store_as<uint8_t>(to, values);
  }
}

std::vector<double> load(std::span<const std::byte> from, ir::Element element) {
  switch (element) {
    case ir::Element::real:
      return load_as<float>(from);
    case ir::Element::i32:
      return load_as<int32_t>(from);
    case ir::Element::boolean:
      return load_as<uint8_t>(from);
  }
  RNNC_UNREACHABLE("an element of no kind");
}

CallFrame::CallFrame(std::shared_ptr<const MachineCode> code, int64_t batch, std::vector<int64_t> steps)
    : first_t(static_cast<size_t>(batch)), code_(std::move(code)), batch_(batch), steps_(std::move(steps)) {
  for (int64_t row = 0; row < batch; ++row) sequence.push_back(static_cast<uint64_t>(row));
  for (const ir::NamedType& param : plan().params) params_.push_back(make(param.type));
  for (const ir::NamedType& input : plan().inputs) inputs_.push_back(make(input.type));
  for (const ir::NamedType& result : plan().results) results_.push_back(make(result.type));
  for (size_t time = 0; time < plan().times.size(); ++time) {
    const std::span<std::byte> lengths = input("lengths." + plan().dims[plan().times[time]].name);
    if (!lengths.empty()) {
      store(lengths, ir::Element::i32,
            std::vector<double>(static_cast<size_t>(batch), static_cast<double>(steps_[time])));
    }
  }
  scratch_.resize(static_cast<size_t>(code_->function.scratch_bytes(batch, steps_)));
}

std::vector<int64_t> CallFrame::shape(const ir::Type& type) const {
  std::vector<int64_t> result;
  for (ir::DimId dim : type.dims) {
    switch (plan().dims[dim].kind) {
      case ir::DimKind::constant:
        result.push_back(plan().dims[dim].size);
        break;
      case ir::DimKind::batch:
        result.push_back(batch_);
        break;
      case ir::DimKind::time:
        result.push_back(steps_[plan().time_index(dim)]);
        break;
    }
  }
  return result;
}

CallFrame::Bytes CallFrame::make(const ir::Type& type) const {
  size_t bytes = static_cast<size_t>(schedule::bytes_of(type.element));
  for (int64_t size : shape(type)) bytes *= static_cast<size_t>(size);
  return Bytes(bytes);
}

std::span<std::byte> CallFrame::input(const std::string& name) {
  const size_t place = place_of(plan().inputs, name);
  return place < inputs_.size() ? std::span<std::byte>(inputs_[place]) : std::span<std::byte>();
}

std::span<std::byte> CallFrame::result(const std::string& name) {
  const size_t place = place_of(plan().results, name);
  return place < results_.size() ? std::span<std::byte>(results_[place]) : std::span<std::byte>();
}

void CallFrame::run(core::Team& team) {
  std::vector<const void*> params, inputs;
  std::vector<void*> results;
  for (const Bytes& array : params_) params.push_back(array.data());
  for (const Bytes& array : inputs_) inputs.push_back(array.data());
  for (Bytes& array : results_) results.push_back(array.data());
  rnnc_arguments arguments = {};
  arguments.params = params.data();
  arguments.inputs = inputs.data();
  arguments.results = results.data();
  arguments.batch = batch_;
  arguments.steps = steps_.data();
  arguments.seed = seed;
  arguments.epoch = epoch;
  arguments.step = step;
  arguments.sequence = sequence.data();
  arguments.first_t = first_t.data();
  arguments.scratch = scratch_.data();
  team.call(code_->function.function(), arguments);
}

void CallFrame::carry_over(const std::string& prefix) {
  for (size_t i = 0; i < results_.size(); ++i) {
    const std::string& name = plan().results[i].name;
    const size_t place = place_of(plan().inputs, name);
    if (name.starts_with(prefix) && place < inputs_.size()) std::swap(inputs_[place], results_[i]);
  }
}

}  // namespace rnnc::driver
