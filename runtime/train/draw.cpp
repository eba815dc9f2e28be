#include "runtime/train/draw.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "runtime/train/random.h"

namespace rnnc::train {

namespace {

constexpr float kGreedy = 1e-30f;  // below this the reciprocal would overflow

}  // namespace

float draw_exp(float x) {
  if (x < -86.0f) return 0.0f;
  const float scaled = x * 1.44269504088896341f;
  const float shifted = scaled + 12582912.0f;
  const float k = shifted - 12582912.0f;
  float r = x - k * 0.693359375f;
  r = r - k * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const float y = p * r * r + r + 1.0f;
  if (!(x <= 0.0f)) return x;  // NaN and +infinity have no k
  return y * std::bit_cast<float>((static_cast<int32_t>(k) + 127) << 23);
}

float draw_uniform(uint64_t* random) {
  return static_cast<float>(static_cast<int32_t>(next_random(*random) >> 40)) * 0x1p-24f;
}

int32_t draw_token(std::span<const float> logits, float temperature, uint64_t* random) {
  if (logits.empty()) return -1;
  size_t likeliest = 0;
  for (size_t i = 1; i < logits.size(); ++i) {
    if (logits[i] > logits[likeliest]) likeliest = i;
  }
  if (!(temperature >= kGreedy)) return static_cast<int32_t>(likeliest);

  const float largest = logits[likeliest];
  const float inverse = 1.0f / temperature;
  float sum = 0;
  for (const float logit : logits) sum = sum + draw_exp((logit - largest) * inverse);
  if (!(sum > 0.0f && sum < std::numeric_limits<float>::infinity())) return -1;

  const float threshold = draw_uniform(random) * sum;
  float below = 0;
  size_t last = likeliest;
  for (size_t i = 0; i < logits.size(); ++i) {
    const float weight = draw_exp((logits[i] - largest) * inverse);
    below = below + weight;
    if (below > threshold) return static_cast<int32_t>(i);
    if (weight > 0.0f) last = i;
  }
  return static_cast<int32_t>(last);
}

void keep_top(std::span<float> logits, int64_t k) {
  if (k < 1 || static_cast<size_t>(k) >= logits.size()) return;
  std::vector<float> sorted(logits.begin(), logits.end());
  const auto nth = sorted.begin() + (k - 1);
  std::nth_element(sorted.begin(), nth, sorted.end(), std::greater<>());
  const float bound = *nth;
  int64_t above = std::count_if(logits.begin(), logits.end(), [&](float logit) { return logit > bound; });
  for (float& logit : logits) {
    if (logit > bound || (logit == bound && above++ < k)) continue;
    logit = -std::numeric_limits<float>::infinity();
  }
}

}  // namespace rnnc::train
