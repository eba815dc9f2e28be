// Threads that do one thing together.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "runtime/core/aligned.h"
#include "runtime/include/rnnc/abi.h"

namespace rnnc::core {

class Team {
 public:
  // The caller of run() is one of the threads. Throws std::system_error where the system gives no thread.
  explicit Team(int threads = 1);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  // The caller by himself, whoever calls.
  static Team& alone();

  int size() const { return static_cast<int>(others_.size()) + 1; }
  // work(i) in each thread i at the same time; returns when all are done. Not for several callers at once.
  void run(const std::function<void(int)>& work);
  // Within run(): waits until all threads have called it as often. What each wrote before is then seen by
  // all.
  void barrier();
  // A function of the C ABI, as often as there are threads.
  void call(rnnc_function function, const rnnc_arguments& arguments);

 private:
  void serve(int number);
  void dismiss();

  // Each on a line of its own: threads look at one while others write another.
  alignas(RNNC_ALIGN) std::atomic<uint32_t> begun_ = 0;                 // calls of run()
  alignas(RNNC_ALIGN) std::atomic<uint32_t> phase_ = 0;                 // barriers that are passed
  alignas(RNNC_ALIGN) std::atomic<int> arrived_ = 0;                    // at the barrier
  alignas(RNNC_ALIGN) const std::function<void(int)>* work_ = nullptr;  // null: go home
  std::vector<std::thread> others_;
};

// Part i of `count` things, in multiples of `by`.
struct Part {
  size_t begin, end;
};
Part part_of(size_t count, size_t by, int i, int parts);

}  // namespace rnnc::core
