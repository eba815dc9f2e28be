// Arrays whose first element lies where compiled code wants it: at a multiple of RNNC_ALIGN.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

#include "runtime/include/rnnc/abi.h"

namespace rnnc::core {

template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>& /*other*/) {}  // NOLINT: allocators convert

  T* allocate(size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t{RNNC_ALIGN}));
  }
  void deallocate(T* pointer, size_t /*count*/) { ::operator delete(pointer, std::align_val_t{RNNC_ALIGN}); }
  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
};

template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

}  // namespace rnnc::core
