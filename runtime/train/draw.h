// Drawing from a prediction. `rnnc sample` and the `sample` of an emitted object draw the same tokens, bit
// for bit, so this page is the definition for both. All is f32, every operation rounds once (no product and
// sum in one), nothing comes from libm, and no intermediate result is a denormal that matters: flushing them
// to zero changes nothing.
//
// draw_token(logits[n], temperature, random):
//   m = logits[0];  for i = 1 .. n-1: if logits[i] > m then m = logits[i]
//   if not temperature >= 1e-30: the first i with logits[i] = m; `random` stays
//   v = 1 / temperature
//   w(i) = draw_exp((logits[i] - m) * v)
//   s(-1) = 0, s(i) = s(i-1) + w(i), in the order of i
//   unless 0 < s(n-1) < infinity (a logit was NaN or +infinity): -1
//   r = uniform(random) * s(n-1)
//   the first i with s(i) > r
// Should rounding leave no such i, the last one with w(i) > 0. w may be computed twice: nothing is stored.
//
// uniform(random): the state is one 64-bit number, at first the seed itself, and steps as splitmix64 does:
//   random += 0x9E3779B97F4A7C15;  z = random
//   z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;  z = (z ^ z >> 27) * 0x94D049BB133111EB;  z = z ^ z >> 31
//   (z >> 40) * 2^-24
//
// draw_exp(x), x <= 0 (Cephes' expf, S. Moshier):
//   if x < -86: 0
//   k = (x * 1.44269504088896341 + 12582912) - 12582912      the nearest whole number; 12582912 = 1.5 * 2^23
//   r = (x - k * 0.693359375) - k * -2.12194440e-4
//   p = ((((1.9875691500e-4 r + 1.3981999507e-3) r + 8.3334519073e-3) r + 4.1665795894e-2) r
//        + 1.6666665459e-1) r + 5.0000001201e-1
//   unless x <= 0 (it is NaN): x
//   ((p * r) * r + r + 1) * 2^k, where 2^k has the bits (int(k) + 127) << 23
//
// A 0 or 1 of probability sigmoid(x / temperature) is draw_token of the logits [0, x].
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rnnc::train {

int32_t draw_token(std::span<const float> logits, float temperature, uint64_t* random);
float draw_exp(float x);
float draw_uniform(uint64_t* random);

// All but the k largest logits become -infinity; of equal ones the first stay.
void keep_top(std::span<float> logits, int64_t k);

}  // namespace rnnc::train
