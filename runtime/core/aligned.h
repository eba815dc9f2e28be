// Arrays whose first element lies where compiled code wants it: at a multiple of RNNC_ALIGN.
#pragma once

#include <cstddef>
#include <vector>

#include "runtime/include/rnnc/abi.h"

namespace rnnc::core {

// Memory at a multiple of RNNC_ALIGN. Throws std::bad_alloc. Where arrays are large the system is asked for
// large pages: a stage walks through rows of many arrays at once, more than the processor knows the addresses
// of small pages of.
void* allocate(size_t bytes);
void deallocate(void* memory, size_t bytes);

template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>& /*other*/) {}  // NOLINT: allocators convert

  T* allocate(size_t count) { return static_cast<T*>(core::allocate(count * sizeof(T))); }
  void deallocate(T* pointer, size_t count) { core::deallocate(pointer, count * sizeof(T)); }
  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
};

template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

}  // namespace rnnc::core
