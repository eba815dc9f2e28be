#include "runtime/train/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <set>
#include <utility>

#include "runtime/train/random.h"

namespace rnnc::train {

namespace {

// FNV-1a, eight bytes at a time.
class Hash {
 public:
  void add(uint64_t word) {
    value_ = (value_ ^ word) * 0x100000001B3u;
    value_ ^= value_ >> 29;
  }
  void add(std::span<const std::byte> bytes) {
    add(bytes.size());
    for (size_t i = 0; i < bytes.size(); i += sizeof(uint64_t)) {
      uint64_t word = 0;
      std::memcpy(&word, bytes.data() + i, std::min(sizeof word, bytes.size() - i));
      add(word);
    }
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xCBF29CE484222325u;
};

// The steps of a column that count, sequence by sequence.
std::span<const std::byte> used(const Dataset& data, const ArrayInfo& info, size_t column, int64_t sequence) {
  const Column& values = data.columns[column];
  const bool is_sequence = info.time.has_value();
  const auto room = is_sequence ? static_cast<size_t>(data.steps[*info.time]) : 1;
  const auto row = static_cast<size_t>(sequence);
  const size_t count = is_sequence ? static_cast<size_t>(data.lengths[*info.time][row]) : 1;
  return std::span(values.values).subspan(row * room * values.item_bytes, count * values.item_bytes);
}

std::string place(const ArrayInfo& info, int64_t sequence, size_t element) {
  size_t width = 1;
  for (const uint64_t extent : info.shape) width *= extent;
  if (!info.time) return fmt::format("sample {}", sequence);
  return fmt::format("sequence {}, step {}", sequence, element / width);
}

Status check_values(const ArrayInfo& info, std::span<const std::byte> bytes, int64_t sequence,
                    const std::string& name) {
  const size_t count = bytes.size() / size_of(info.element);
  for (size_t i = 0; i < count; ++i) {
    if (info.element == Element::kReal) {
      float value = 0;
      std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
      if (std::isfinite(value)) continue;
      return failure(Cause::kValues,
                     "{}: array '{}' is {} at {}; mend the data, or end the sequence before it by its length",
                     name, info.name, std::isnan(value) ? "not a number" : "infinite",
                     place(info, sequence, i));
    }
    if (info.tokens == 0) continue;
    int32_t token = 0;
    std::memcpy(&token, bytes.data() + i * sizeof token, sizeof token);
    if (token >= -1 && token < info.tokens) continue;
    return failure(
        Cause::kValues,
        "{}: array '{}' has token {} at {}, outside [0, {}) and not -1; its size is too small, or the data "
        "is wrong",
        name, info.name, token, place(info, sequence, i), info.tokens);
  }
  return ok();
}

Status check_lengths(const Dataset& data, const Signature& signature, const std::string& name) {
  for (size_t time = 0; time < signature.times.size(); ++time) {
    for (size_t i = 0; i < data.lengths[time].size(); ++i) {
      const int32_t length = data.lengths[time][i];
      if (length >= 0 && length <= data.steps[time]) continue;
      return failure(
          Cause::kValues,
          "{}: the length of sequence {} is {}, but there are {} steps ('{}'); lengths are in [0, {}]", name,
          i, length, data.steps[time], signature.times[time], data.steps[time]);
    }
  }
  return ok();
}

}  // namespace

int64_t Dataset::length_of(int64_t sequence) const {
  int64_t longest = 0;
  for (const auto& of_time : lengths) {
    longest = std::max<int64_t>(longest, of_time[static_cast<size_t>(sequence)]);
  }
  return longest;
}

uint64_t fingerprint(const Dataset& data) {
  Hash hash;
  hash.add(static_cast<uint64_t>(data.sequences));
  for (size_t time = 0; time < data.steps.size(); ++time) {
    hash.add(static_cast<uint64_t>(data.steps[time]));
    hash.add(std::as_bytes(std::span(data.lengths[time])));
  }
  for (const Column& column : data.columns) {
    hash.add(column.item_bytes);
    hash.add(column.values);
  }
  return hash.value();
}

std::vector<int64_t> shuffled(const std::vector<int64_t>& sequences, uint64_t seed, uint64_t epoch) {
  uint64_t random = seed;
  random = next_random(random) ^ epoch;
  auto order = sequences;
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_below(random, i)]);
  return order;
}

Data hold_out(Dataset all, double share, uint64_t seed) {
  std::vector<int64_t> order(static_cast<size_t>(all.sequences));
  std::iota(order.begin(), order.end(), 0);
  // No epoch has this number.
  order = shuffled(order, seed, UINT64_MAX);
  const auto wanted = static_cast<int64_t>(std::llround(share * static_cast<double>(all.sequences)));
  const auto held = order.begin() + std::clamp<int64_t>(wanted, 0, std::max<int64_t>(all.sequences - 1, 0));
  Data data{std::move(all), {held, order.end()}, {order.begin(), held}};
  std::ranges::sort(data.training);
  std::ranges::sort(data.validation);
  return data;
}

Status check(const Dataset& data, const Signature& signature, const std::string& name) {
  if (data.sequences == 0) return failure("{}: holds no sequence", name);
  if (auto checked = check_lengths(data, signature, name); !checked) return checked;
  for (size_t column = 0; column < signature.arrays.size(); ++column) {
    const ArrayInfo& info = signature.arrays[column];
    if (info.element == Element::kBool) continue;
    for (int64_t sequence = 0; sequence < data.sequences; ++sequence) {
      const auto values = used(data, info, column, sequence);
      if (auto checked = check_values(info, values, sequence, name); !checked) return checked;
    }
  }
  return ok();
}

std::vector<formats::Tensor> arrays_of(const Dataset& data, const Signature& signature) {
  std::vector<formats::Tensor> tensors;
  std::set<size_t> told;
  const auto sequences = static_cast<uint64_t>(data.sequences);
  for (size_t i = 0; i < signature.arrays.size(); ++i) {
    const ArrayInfo& info = signature.arrays[i];
    formats::Tensor tensor{info.name, dtype_of(info.element), {sequences}, data.columns[i].values};
    if (info.time) tensor.shape.push_back(static_cast<uint64_t>(data.steps[*info.time]));
    tensor.shape.insert(tensor.shape.end(), info.shape.begin(), info.shape.end());
    tensors.push_back(std::move(tensor));
    if (!info.time || !told.insert(*info.time).second) continue;
    tensors.push_back(formats::make_tensor("lengths." + info.name, {sequences}, data.lengths[*info.time]));
  }
  return tensors;
}

}  // namespace rnnc::train
