#include "runtime/core/aligned.h"

#include <sys/mman.h>

#include <new>

namespace rnnc::core {

namespace {

constexpr size_t kLargePage = size_t{2} << 20;

std::align_val_t alignment_of(size_t bytes) {
  return std::align_val_t{bytes < kLargePage ? size_t{RNNC_ALIGN} : kLargePage};
}

}  // namespace

void* allocate(size_t bytes) {
  void* memory = ::operator new(bytes, alignment_of(bytes));
#ifdef MADV_HUGEPAGE
  // Refused, it changes nothing.
  if (bytes >= kLargePage) madvise(memory, bytes / kLargePage * kLargePage, MADV_HUGEPAGE);
#endif
  return memory;
}

void deallocate(void* memory, size_t bytes) { ::operator delete(memory, alignment_of(bytes)); }

}  // namespace rnnc::core
