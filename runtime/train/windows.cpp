#include "runtime/train/windows.h"

#include <algorithm>

namespace rnnc::train {

std::vector<Window> windows_of(const Truncation& truncation, int64_t longest) {
  if (!truncation.any()) return {Window{}};
  std::vector<Window> windows;
  int64_t first = 0;
  if (truncation.burn_in > 0) {
    first = std::min(truncation.burn_in, longest);
    windows.push_back({0, first, false});
  }
  const int64_t length = truncation.tbptt.value_or(std::max<int64_t>(longest - first, 1));
  for (; first < longest; first += length)
    windows.push_back({first, std::min(length, longest - first), true});
  return windows;
}

Status check_truncation(const Truncation& truncation, const Signature& signature) {
  if (!truncation.any() || signature.times.size() == 1) return ok();
  const char* key = truncation.tbptt ? "tbptt" : "burn_in";
  if (signature.times.empty()) return failure("{} is set, but the model has no sequences; leave it out", key);
  return failure(
      "{} is set, but the model runs over {} times ('{}', '{}'), and windows cut one; leave it out", key,
      signature.times.size(), signature.times[0], signature.times[1]);
}

std::span<const int64_t> Batches::of(int64_t index) const {
  const auto first = static_cast<size_t>(index * batch);
  return sequences.subspan(first, std::min(static_cast<size_t>(batch), sequences.size() - first));
}

int64_t longest_of(const Dataset& data, std::span<const int64_t> sequences) {
  int64_t longest = 0;
  for (const int64_t sequence : sequences) longest = std::max(longest, data.length_of(sequence));
  return longest;
}

}  // namespace rnnc::train
