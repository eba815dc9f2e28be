#include "compiler/driver/fma_peak.h"

#include <immintrin.h>

#include <chrono>
#include <numeric>
#include <vector>

namespace rnnc::driver {

namespace {

constexpr int kChains = 12;  // enough to keep two units busy over the latency of one operation
constexpr int kRounds = 400000;

template <int kLanes, class Body>
double timed(Body body) {
  const auto begun = std::chrono::steady_clock::now();
  body();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return 2.0 * kLanes * kChains * kRounds / seconds;
}

__attribute__((target("avx512f"))) void rounds_512() {
  __m512 sums[kChains];
  for (__m512& sum : sums) sum = _mm512_set1_ps(0.5F);
  const __m512 factor = _mm512_set1_ps(0.999F);
  for (int round = 0; round < kRounds; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; ++i) sums[i] = _mm512_fmadd_ps(sums[i], factor, factor);
  }
  for (__m512& sum : sums) asm volatile("" : "+v"(sum));
}

__attribute__((target("avx2,fma"))) void rounds_256() {
  __m256 sums[kChains];
  for (__m256& sum : sums) sum = _mm256_set1_ps(0.5F);
  const __m256 factor = _mm256_set1_ps(0.999F);
  for (int round = 0; round < kRounds; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; ++i) sums[i] = _mm256_fmadd_ps(sums[i], factor, factor);
  }
  for (__m256& sum : sums) asm volatile("" : "+v"(sum));
}

void rounds_128() {
  __m128 sums[kChains];
  for (__m128& sum : sums) sum = _mm_set1_ps(0.5F);
  const __m128 factor = _mm_set1_ps(0.999F);
  for (int round = 0; round < kRounds; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; ++i) sums[i] = _mm_add_ps(_mm_mul_ps(sums[i], factor), factor);
  }
  for (__m128& sum : sums) asm volatile("" : "+x"(sum));
}

double of_this_core() {
  if (__builtin_cpu_supports("avx512f")) return timed<16>(rounds_512);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return timed<8>(rounds_256);
  return timed<4>(rounds_128);
}

}  // namespace

double fma_peak(core::Team& team) {
  std::vector<double> each(static_cast<size_t>(team.size()));
  team.run([&](int thread) { each[static_cast<size_t>(thread)] = of_this_core(); });
  return std::accumulate(each.begin(), each.end(), 0.0);
}

}  // namespace rnnc::driver
