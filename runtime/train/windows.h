// How the sequences of a batch are cut in time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/train/dataset.h"
#include "runtime/train/settings.h"

namespace rnnc::train {

struct Window {
  int64_t first = 0;   // absolute time
  int64_t steps = -1;  // -1: whole sequences
  bool learns = true;  // a window of burn_in only makes a State
  friend bool operator==(const Window&, const Window&) = default;
};

// Truncated backpropagation: windows of tbptt steps one after another, the State going on from each to the
// next, after one of burn_in steps without loss. Without either one window holds all.
struct Truncation {
  std::optional<int64_t> tbptt;
  int64_t burn_in = 0;

  bool any() const { return tbptt || burn_in > 0; }
};

// The windows of a batch whose longest sequence has so many steps. With burn_in there may be none that
// learns.
std::vector<Window> windows_of(const Truncation& truncation, int64_t longest);

// Fails where the model cannot be cut: it runs over several times, or over none.
Status check_truncation(const Truncation& truncation, const Signature& signature);

// The batches of an epoch: `sequences` in their order, the last batch may be smaller.
struct Batches {
  std::span<const int64_t> sequences;
  int64_t batch = 1;

  int64_t count() const { return (static_cast<int64_t>(sequences.size()) + batch - 1) / batch; }
  std::span<const int64_t> of(int64_t index) const;
};

int64_t longest_of(const Dataset& data, std::span<const int64_t> sequences);

}  // namespace rnnc::train
