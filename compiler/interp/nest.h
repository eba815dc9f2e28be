// Loops over the elements of several arrays at once, each with its own strides.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rnnc::interp {

// How far one step along each dim of a loop nest moves in an array; 0 along dims that the array has not.
using Strides = std::vector<int64_t>;

// Visits the index space `shape` in row-major order, innermost dim as one piece: visit(offsets, count, steps)
// has the place of the piece's first element in each of N arrays, and how far each element moves on.
template <size_t N, class Visit>
void for_each_row(const std::vector<int64_t>& shape, const std::array<Strides, N>& strides, Visit&& visit) {
  for (int64_t size : shape) {
    if (size == 0) return;
  }
  std::array<int64_t, N> offsets{}, steps{};
  int64_t count = 1;
  size_t outer = shape.size();
  if (outer > 0) {
    --outer;
    count = shape[outer];
    for (size_t k = 0; k < N; ++k) steps[k] = strides[k][outer];
  }
  std::vector<int64_t> index(outer, 0);
  while (true) {
    visit(offsets, count, steps);
    size_t d = outer;
    while (d > 0) {
      --d;
      for (size_t k = 0; k < N; ++k) offsets[k] += strides[k][d];
      if (++index[d] < shape[d]) break;
      for (size_t k = 0; k < N; ++k) offsets[k] -= strides[k][d] * shape[d];
      index[d] = 0;
      if (d == 0) return;
    }
    if (outer == 0) return;
  }
}

// The same, element by element: visit(offsets).
template <size_t N, class Visit>
void for_each_element(const std::vector<int64_t>& shape, const std::array<Strides, N>& strides,
                      Visit&& visit) {
  for_each_row<N>(shape, strides, [&](std::array<int64_t, N> offsets, int64_t count, const auto& steps) {
    for (int64_t i = 0; i < count; ++i) {
      visit(offsets);
      for (size_t k = 0; k < N; ++k) offsets[k] += steps[k];
    }
  });
}

}  // namespace rnnc::interp
