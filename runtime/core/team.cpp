#include "runtime/core/team.h"

#include <algorithm>

namespace rnnc::core {

namespace {

// Some ten microseconds. Who waits longer than that lets others have the processor.
constexpr int kSpins = 400;
// Some hundred more for the next call of run(), which mostly comes soon; sleeping and waking takes as long.
constexpr int kIdleSpins = 4000;

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

bool spin(int times, const std::atomic<uint32_t>& value, uint32_t while_it_is) {
  for (int i = 0; i < times; ++i) {
    if (value.load(std::memory_order_acquire) != while_it_is) return true;
    relax();
  }
  return false;
}

}  // namespace

Team::Team(int threads) {
  try {
    for (int number = 1; number < threads; ++number) others_.emplace_back([this, number] { serve(number); });
  } catch (...) {
    dismiss();
    throw;
  }
}

Team::~Team() { dismiss(); }

Team& Team::alone() {
  static Team team;
  return team;
}

void Team::dismiss() {
  work_ = nullptr;
  begun_.fetch_add(1, std::memory_order_release);
  begun_.notify_all();
  for (std::thread& other : others_) other.join();
}

void Team::serve(int number) {
  for (uint32_t seen = 0;; ++seen) {
    if (!spin(kIdleSpins, begun_, seen)) begun_.wait(seen, std::memory_order_acquire);
    if (work_ == nullptr) return;
    (*work_)(number);
    barrier();
  }
}

void Team::run(const std::function<void(int)>& work) {
  if (others_.empty()) return work(0);
  work_ = &work;
  begun_.fetch_add(1, std::memory_order_release);
  begun_.notify_all();
  work(0);
  barrier();
}

void Team::barrier() {
  const uint32_t phase = phase_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == size()) {
    arrived_.store(0, std::memory_order_relaxed);
    phase_.store(phase + 1, std::memory_order_release);
    return;
  }
  while (!spin(kSpins, phase_, phase)) std::this_thread::yield();
}

void Team::call(rnnc_function function, const rnnc_arguments& arguments) {
  if (others_.empty()) return function(&arguments);
  run([&](int number) {
    rnnc_arguments own = arguments;
    own.threads = size();
    own.thread = number;
    own.barrier = [](void* team) { static_cast<Team*>(team)->barrier(); };
    own.team = this;
    function(&own);
  });
}

Part part_of(size_t count, size_t by, int i, int parts) {
  const size_t units = (count + by - 1) / by, all = static_cast<size_t>(parts);
  const auto border = [&](size_t part) { return std::min(count, units * part / all * by); };
  return {border(static_cast<size_t>(i)), border(static_cast<size_t>(i) + 1)};
}

}  // namespace rnnc::core
