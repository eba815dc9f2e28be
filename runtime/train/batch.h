// A batch of sequences as a model's call sees it, window by window.
#pragma once

#include <span>
#include <vector>

#include "runtime/core/aligned.h"
#include "runtime/train/windows.h"

namespace rnnc::train {

class Batch {
 public:
  // Both must outlive it.
  Batch(const Signature& signature, const Dataset& data);

  // The sequences from their starts: the State holds first values. The longest is the first row, as compiled
  // code likes it; those of one length stay in order.
  void start(std::span<const int64_t> sequences);
  // Copies a window of them into place.
  void load(const Window& window);
  // The State that a call left behind is where the next window starts.
  void carry();

  // Of the window that was loaded, without seed, epoch and step. Valid until the next load().
  Call call();
  int64_t rows() const { return static_cast<int64_t>(sequences_.size()); }
  // Steps of all rows in the window, or rows where there are no times: the work done.
  int64_t items() const;

  // The State between two windows, to be saved and put back.
  std::span<std::byte> state(size_t entry) { return state_[entry]; }
  void set_begun() { begins_.assign(begins_.size(), 0); }

 private:
  using Bytes = core::AlignedVector<std::byte>;

  int64_t steps_of(int64_t sequence) const;
  void load_lengths(const Window& window);
  void load_column(size_t column, const Window& window);

  const Signature& signature_;
  const Dataset& data_;
  std::vector<int64_t> sequences_;
  std::vector<uint64_t> ids_, first_t_;
  std::vector<uint8_t> begins_;
  std::vector<int64_t> steps_;
  std::vector<std::vector<int32_t>> lengths_;
  std::vector<Bytes> arrays_, state_, next_;
  std::vector<const int32_t*> length_pointers_;
  std::vector<const void*> array_pointers_, state_pointers_;
  std::vector<void*> next_pointers_;
};

}  // namespace rnnc::train
