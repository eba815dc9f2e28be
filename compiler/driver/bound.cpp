#include "compiler/driver/bound.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "compiler/driver/fma_peak.h"
#include "compiler/schedule/cost.h"
#include "compiler/schedule/uses.h"
#include "runtime/core/aligned.h"

namespace rnnc::driver {

namespace {

constexpr size_t kNear = 128 << 10, kFar = 8 << 20, kFarthest = 64 << 20;  // bytes a thread copies

// Bytes read and written a second where each thread copies one half of so many to the other.
double copying(core::Team& team, size_t bytes) {
  std::vector<core::AlignedVector<char>> arrays(static_cast<size_t>(team.size()));
  for (auto& array : arrays) array.resize(bytes);
  const int times = static_cast<int>(std::max<size_t>(2, (32 << 20) / bytes));
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const auto begun = std::chrono::steady_clock::now();
    team.run([&](int thread) {
      char* array = arrays[static_cast<size_t>(thread)].data();
      for (int i = 0; i < times; ++i) {
        std::memcpy(array + (i % 2 ? 0 : bytes / 2), array + (i % 2 ? bytes / 2 : 0), bytes / 2);
        asm volatile("" : : "r"(array) : "memory");
      }
    });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    best = std::max(best, static_cast<double>(team.size()) * static_cast<double>(bytes) * times / seconds);
  }
  return best;
}

double rate_of(const Rates& rates, double bytes) {
  for (const Rates::Memory& memory : rates.memories) {
    if (bytes <= memory.holds) return memory.bytes;
  }
  return rates.memories.back().bytes;
}

}  // namespace

Rates measure_rates(core::Team& team) {
  Rates rates{fma_peak(team), {}};
  for (size_t bytes : {kNear, kFar, kFarthest}) {
    rates.memories.push_back({2.0 * static_cast<double>(bytes), copying(team, bytes)});
  }
  return rates;
}

Bound bound_of(const schedule::Plan& plan, const schedule::Stage& stage, const Sizes& size,
               const Rates& rates) {
  const double arithmetic =
      static_cast<double>(schedule::cost_of(plan, stage).flops.evaluate(size)) / rates.flops;
  const std::vector<schedule::Traffic> all = schedule::traffic_of(plan, stage);
  // What does not fit into the nearest memory comes from where all that does not has a place together.
  auto held = [&](const schedule::Traffic& traffic) {
    const schedule::Buffer& buffer = plan[traffic.buffer];
    return static_cast<double>(schedule::bytes_of(buffer.element) * buffer.elements.evaluate(size));
  };
  const double near = rates.memories.front().holds;
  double together = 0, moving = 0;
  for (const schedule::Traffic& traffic : all) together += held(traffic) > near ? held(traffic) : 0;
  for (const schedule::Traffic& traffic : all) {
    const double rate = rate_of(rates, held(traffic) > near ? together : held(traffic));
    moving += static_cast<double>((traffic.read + traffic.written).evaluate(size)) / rate;
  }
  return {std::max(arithmetic, moving), moving > arithmetic};
}

double runs_of(const schedule::Plan& plan, schedule::LoopId around, const Sizes& size) {
  double runs = 1;
  for (; around.valid(); around = plan[around].around) runs *= static_cast<double>(size(plan[around].time));
  return runs;
}

double bound_of(const schedule::Plan& plan, const Sizes& size, const Rates& rates) {
  double seconds = 0;
  schedule::walk(plan, {[&](schedule::StageId id, schedule::LoopId around) {
                   seconds += runs_of(plan, around, size) * bound_of(plan, plan[id], size, rates).seconds;
                 }});
  return seconds;
}

}  // namespace rnnc::driver
