#include "runtime/train/batch.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace rnnc::train {

namespace {

size_t bytes_of(Element element, const Shape& shape) {
  size_t bytes = size_of(element);
  for (const uint64_t extent : shape) bytes *= extent;
  return bytes;
}

template <class T>
void fill_with(std::span<std::byte> out, T value) {
  for (size_t i = 0; i < out.size(); i += sizeof value) std::memcpy(out.data() + i, &value, sizeof value);
}

void fill(std::span<std::byte> out, Element element, double value) {
  switch (element) {
    case Element::kReal:
      return fill_with(out, static_cast<float>(value));
    case Element::kInt:
      return fill_with(out, static_cast<int32_t>(value));
    case Element::kBool:
      return fill_with(out, static_cast<uint8_t>(value != 0));
  }
}

}  // namespace

Batch::Batch(const Signature& signature, const Dataset& data)
    : signature_(signature),
      data_(data),
      steps_(signature.times.size()),
      lengths_(signature.times.size()),
      arrays_(signature.arrays.size()),
      state_(signature.state.size()),
      next_(signature.state.size()) {}

void Batch::start(std::span<const int64_t> sequences) {
  sequences_.assign(sequences.begin(), sequences.end());
  std::ranges::stable_sort(sequences_, std::greater(), [&](int64_t sequence) { return steps_of(sequence); });
  ids_.assign(sequences_.begin(), sequences_.end());
  first_t_.assign(sequences.size(), 0);
  begins_.assign(sequences.size(), 1);
  for (size_t entry = 0; entry < state_.size(); ++entry) {
    const StateInfo& info = signature_.state[entry];
    state_[entry].resize(sequences.size() * bytes_of(info.element, info.shape));
    next_[entry].resize(state_[entry].size());
    fill(state_[entry], info.element, info.first);
  }
}

int64_t Batch::steps_of(int64_t sequence) const {
  int64_t steps = 0;
  for (const auto& of_time : data_.lengths) steps += of_time[static_cast<size_t>(sequence)];
  return steps;
}

void Batch::load_lengths(const Window& window) {
  for (size_t time = 0; time < lengths_.size(); ++time) {
    lengths_[time].resize(sequences_.size());
    int64_t longest = 0;
    for (size_t row = 0; row < sequences_.size(); ++row) {
      int64_t length = data_.lengths[time][static_cast<size_t>(sequences_[row])] - window.first;
      length = std::max<int64_t>(length, 0);
      if (window.steps >= 0) length = std::min(length, window.steps);
      lengths_[time][row] = static_cast<int32_t>(length);
      longest = std::max(longest, length);
    }
    steps_[time] = longest;
  }
}

// Files have a sequence's steps together, calls the steps of all sequences at one time.
void Batch::load_column(size_t column, const Window& window) {
  const ArrayInfo& info = signature_.arrays[column];
  const Column& from = data_.columns[column];
  const size_t bytes = from.item_bytes;
  const size_t rows = sequences_.size();
  const size_t room = info.time ? static_cast<size_t>(data_.steps[*info.time]) : 1;
  const size_t steps = info.time ? static_cast<size_t>(steps_[*info.time]) : 1;
  const size_t first = info.time ? static_cast<size_t>(window.first) : 0;
  arrays_[column].assign(rows * steps * bytes, std::byte{0});
  if (bytes == 0) return;
  for (size_t row = 0; row < rows; ++row) {
    const size_t count = info.time ? static_cast<size_t>(lengths_[*info.time][row]) : 1;
    const size_t begin = static_cast<size_t>(sequences_[row]) * room + first;
    for (size_t step = 0; step < count; ++step) {
      std::memcpy(arrays_[column].data() + (step * rows + row) * bytes,
                  from.values.data() + (begin + step) * bytes, bytes);
    }
  }
}

void Batch::load(const Window& window) {
  load_lengths(window);
  for (size_t column = 0; column < arrays_.size(); ++column) load_column(column, window);
  first_t_.assign(sequences_.size(), static_cast<uint64_t>(window.first));
}

void Batch::carry() {
  std::swap(state_, next_);
  set_begun();
}

Call Batch::call() {
  const auto point = [](auto& pointers, auto& arrays) {
    pointers.clear();
    for (auto& array : arrays) pointers.push_back(array.data());
  };
  point(length_pointers_, lengths_);
  point(array_pointers_, arrays_);
  point(state_pointers_, state_);
  point(next_pointers_, next_);
  Call call;
  call.batch = rows();
  call.steps = steps_;
  call.lengths = length_pointers_;
  call.arrays = array_pointers_;
  call.begins = begins_.data();
  call.state = state_pointers_;
  call.next_state = next_pointers_;
  call.sequence = ids_.data();
  call.first_t = first_t_.data();
  return call;
}

int64_t Batch::items() const {
  if (lengths_.empty()) return rows();
  int64_t most = 0;
  for (const auto& of_time : lengths_) {
    int64_t sum = 0;
    for (const int32_t length : of_time) sum += length;
    most = std::max(most, sum);
  }
  return most;
}

}  // namespace rnnc::train
